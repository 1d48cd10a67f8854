package dev.d2v.cli.goldens;

import dev.d2v.model.Data2Vec2;
import dev.d2v.model.Data2Vec2Config;
import dev.d2v.model.checkpoint.OfficialConfig;
import dev.d2v.nn.Parameter;
import dev.d2v.tensor.spi.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// `unit_init_stats`: mean, deviation and range of every initial tensor against one official draw.
final class InitStatsCase {
  private static final String TOKENS = "modality_encoders.TEXT.local_encoder.embed_tokens.weight";

  private InitStatsCase() {}

  static List<Part> run(GoldenCase c, Backend backend) {
    List<Part> parts = new ArrayList<>();
    Map<String, Object> modalities = c.object("modalities");
    for (String modality : modalities.keySet()) {
      String name = c.name() + "/" + modality;
      Comparison comparison = new Comparison(name);
      model(GoldenCase.asObject(modalities.get(modality), modality), comparison, backend);
      parts.add(comparison.verdict());
    }
    return parts;
  }

  private static void model(Map<String, Object> of, Comparison comparison, Backend backend) {
    Map<String, Object> params = GoldenCase.asObject(of.get("params"), "params");
    Map<String, Object> official = GoldenCase.asObject(of.get("config"), "config");
    if (params.containsKey(TOKENS)) {
      // the case's configuration leaves out what the data set says
      List<?> shape = GoldenCase.list(GoldenCase.asObject(params.get(TOKENS), TOKENS), "shape");
      official.putIfAbsent("vocab_size", GoldenCase.number(shape.getFirst(), "shape"));
    }
    Data2Vec2Config config = OfficialConfig.model(official);
    try (Data2Vec2 model = Data2Vec2.training(config, backend)) {
      model.memory().initialize(1);
      List<Parameter> student = model.memory().student();
      Set<String> names = student.stream().map(Parameter::name).collect(Collectors.toSet());
      comparison.holds("the same parameters", names.equals(params.keySet()));
      for (Parameter p : student) {
        if (params.containsKey(p.name())) {
          Map<String, Object> stats = GoldenCase.asObject(params.get(p.name()), p.name());
          parameter(p, backend.floats(p.value()), stats, comparison);
        }
      }
      Set<Object> keys = Set.copyOf(GoldenCase.list(of, "ema_keys"));
      Set<String> teacher =
          model.memory().teacher().stream().map(Parameter::name).collect(Collectors.toSet());
      comparison.holds("the same teacher parameters", keys.equals(teacher));
      for (Parameter t : model.memory().teacher()) {
        Parameter s =
            student.stream().filter(p -> p.name().equals(t.name())).findFirst().orElseThrow();
        comparison.absolute(
            "teacher " + t.name(), backend.floats(s.value()), backend.floats(t.value()), 1e-12);
      }
    }
  }

  /// Two draws of n numbers: means within five standard errors, deviations within five of theirs;
  /// the ends of a uniform distribution within its own width; constants exactly.
  private static void parameter(
      Parameter p, float[] values, Map<String, Object> stats, Comparison comparison) {
    comparison.holds(
        p.name() + " requires_grad",
        p.trainable() == GoldenCase.flag(stats, "requires_grad", true));
    double mean = 0;
    for (float v : values) {
      mean += (double) v / values.length;
    }
    double var = 0;
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    for (float v : values) {
      var += (v - mean) * (v - mean) / values.length;
      least = Math.min(least, v);
      most = Math.max(most, v);
    }
    double std = Math.sqrt(var);
    double theirStd = GoldenCase.number(stats, "std");
    double error = Math.sqrt(2.0 / values.length) * Math.max(theirStd, std) + 1e-6;
    String name = p.name();
    comparison.within(name + " mean", Math.abs(mean - GoldenCase.number(stats, "mean")), 5 * error);
    comparison.within(name + " std", Math.abs(std - theirStd), 5 * error);
    double width = GoldenCase.number(stats, "max") - GoldenCase.number(stats, "min");
    double slack = width * (values.length < 200 ? 0.6 : 0.3) + 1e-6;
    comparison.within(name + " min", Math.abs(least - GoldenCase.number(stats, "min")), slack);
    comparison.within(name + " max", Math.abs(most - GoldenCase.number(stats, "max")), slack);
  }
}
