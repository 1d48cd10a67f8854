package dev.d2v.cli.goldens;

import dev.d2v.model.Data2Vec2;
import dev.d2v.model.Data2Vec2Config;
import dev.d2v.model.MaskPlan;
import dev.d2v.model.Source;
import dev.d2v.model.checkpoint.OfficialConfig;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.StepNumbers;
import dev.d2v.tensor.spi.Backend;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `pretrain_*`: one whole step with given parameters, masks and noise; every intermediate tensor,
/// loss, metric and gradient, and the teacher afterwards.
final class PretrainCase {
  private final GoldenCase c;
  private final Comparison comparison;
  private final Lab lab;

  private PretrainCase(GoldenCase c, Comparison comparison, Lab lab) {
    this.c = c;
    this.comparison = comparison;
    this.lab = lab;
  }

  static void run(GoldenCase c, Comparison comparison, Backend backend) {
    Data2Vec2Config config = OfficialConfig.model(c.object("config"));
    try (Lab lab = new Lab(backend);
        Data2Vec2 model = Data2Vec2.training(config, backend)) {
      new PretrainCase(c, comparison, lab).run(model);
    }
  }

  private void run(Data2Vec2 model) {
    ModelLoader.student(c, "student.", model, comparison);
    ModelLoader.teacher(c, "ema.", model, comparison);
    MaskPlan plan = plan(c, "mask.", model.config(), c.shape("input.source").dim(0));
    if (c.has("input.precomputed_mask")) {
      comparison.equal("mask.mask", plan.mask(), c.ints("input.precomputed_mask"));
    }
    List<Tensor> noise = new ArrayList<>();
    for (String name : c.names("noise.")) {
      noise.add(flatNoise(lab, c, name));
    }
    model.memory().zeroGradients();
    Capture seen = new Capture(lab.backend());
    Pass pass = lab.training();
    Source source = lab.source(c, model.config().modality(), pass);
    Data2Vec2.Losses result = model.step(source, plan, noise, pass, seen);
    comparison.holds("every layer's backward ran", pass.pending() == 0);
    outputs(model, plan, seen);
    scalars(result);
    gradients(model);
    teacherAfter(model);
    c.requireAllSeen(comparison);
  }

  static Tensor flatNoise(Lab lab, GoldenCase c, String name) {
    int[] d = c.shape(name).toArray();
    return lab.tensor(c.floats(name), d[0] * d[1], d[2]);
  }

  static MaskPlan plan(GoldenCase c, String prefix, Data2Vec2Config config, int samples) {
    int[] mask = c.ints(prefix + "mask");
    int kept = c.shape(prefix + "ids_keep").dim(1);
    return new MaskPlan(
        samples,
        config.masksPerSample(),
        c.shape(prefix + "mask").dim(1),
        kept,
        mask,
        c.ints(prefix + "ids_keep"),
        c.ints(prefix + "ids_restore"));
  }

  private void outputs(Data2Vec2 model, MaskPlan plan, Capture seen) {
    Map<String, float[]> ours = new LinkedHashMap<>();
    seen.tensors().forEach((name, values) -> ours.put("out." + name, values));
    int C = model.config().embedDim();
    float[] targets = masked(seen.get("targets"), plan, C, true);
    String key = model.config().modality().key() + "_regression";
    boolean two = model.config().sharedDecoder() != null;
    for (int i = 0; i < (two ? 2 : 1); i++) {
      String name = key + (two ? "_" + i : "");
      ours.put("out.pred." + name, masked(seen.get("decoder_out." + i), plan, C, false));
      ours.put("out.target." + name, targets);
    }
    if (model.config().loss().cls() > 0) {
      int E = model.config().modality().extraTokens();
      ours.put("out.pred.cls", cls(seen.get("encoder_out"), plan, E, C));
      ours.put("out.target.cls", repeat(seen.get("target.cls.samples"), plan, C));
    }
    if (seen.tensors().containsKey("recon.pred")) {
      ours.put("out.pred.recon", masked(seen.get("recon.pred"), plan, C, false));
      ours.put("out.target.recon", masked(seen.get("recon.target"), plan, C, true));
    }
    // In the order of computation, so that the first failure is where an error begins.
    ours.forEach((name, values) -> {
      if (c.has(name)) {
        comparison.relative(name, c.numbers(name), values, Tolerances.FORWARD);
      }
    });
  }

  /// The rows of masked places, in the order (row of mask, time); `perSample` tensors are read at
  /// their sample.
  private static float[] masked(float[] x, MaskPlan plan, int C, boolean perSample) {
    float[] out = new float[plan.sampleSize() * C];
    int n = 0;
    for (int i = 0; i < plan.mask().length; i++) {
      if (plan.mask()[i] != 0) {
        int r = i / plan.tokens();
        int t = i % plan.tokens();
        int row = perSample ? r / plan.masksPerSample() * plan.tokens() + t : i;
        System.arraycopy(x, row * C, out, n++ * C, C);
      }
    }
    return out;
  }

  private static float[] cls(float[] z, MaskPlan plan, int E, int C) {
    int N = E + plan.kept();
    float[] out = new float[plan.rows() * C];
    for (int r = 0; r < plan.rows(); r++) {
      System.arraycopy(z, (r * N + E - 1) * C, out, r * C, C);
    }
    return out;
  }

  private static float[] repeat(float[] samples, MaskPlan plan, int C) {
    float[] out = new float[plan.rows() * C];
    for (int r = 0; r < plan.rows(); r++) {
      System.arraycopy(samples, r / plan.masksPerSample() * C, out, r * C, C);
    }
    return out;
  }

  private void scalars(Data2Vec2.Losses result) {
    Map<String, Object> scalars = c.object("scalars");
    Map<String, Object> components = GoldenCase.asObject(scalars.get("components"), "components");
    double total = 0;
    for (Map.Entry<String, Tensor> loss : result.losses().entrySet()) {
      double value = lab.floats(loss.getValue())[0];
      total += value;
      boolean known = components.containsKey(loss.getKey());
      comparison.holds("loss " + loss.getKey() + " is in the case", known);
      if (known) {
        double expected = GoldenCase.number(components, loss.getKey());
        comparison.number("loss " + loss.getKey(), expected, value, Tolerances.LOSS);
      }
    }
    comparison.holds("no loss is missing", components.size() == result.losses().size());
    comparison.number("loss", GoldenCase.number(scalars, "loss"), total, Tolerances.LOSS);
    comparison.number(
        "sample_size", GoldenCase.number(scalars, "sample_size"), result.sampleSize(), 1e-12);
    Map<String, Object> metrics = GoldenCase.asObject(scalars.get("metrics"), "metrics");
    for (Map.Entry<String, Tensor> spread : result.spreads().entrySet()) {
      if (metrics.containsKey(spread.getKey())) {
        comparison.number(
            spread.getKey(),
            GoldenCase.number(metrics, spread.getKey()),
            lab.floats(spread.getValue())[0],
            Tolerances.FORWARD);
      }
    }
  }

  private void gradients(Data2Vec2 model) {
    for (Parameter p : model.memory().student()) {
      String name = "grad." + p.name();
      if (c.has(name)) {
        comparison.holds(name + " is computed", p.hasGradient());
        if (p.hasGradient()) {
          float[] ours = lab.floats(p.gradient());
          comparison.relative(name, c.floats(name), ours, Tolerances.GRADIENT);
        }
      }
    }
  }

  private void teacherAfter(Data2Vec2 model) {
    double decay = GoldenCase.number(c.object("scalars"), "ema_decay_used");
    comparison.number(
        "ema_decay_used", decay, model.config().ema().over(1).at(1), Tolerances.SCHEDULE);
    float[] values = new float[StepNumbers.FLOATS];
    values[StepNumbers.EMA_STEP] = (float) (1 - decay);
    model.memory().updateTeacher(lab.kernels(), lab.numbers(values));
    String prefix = ModelLoader.teacherPrefix(model);
    for (Parameter p : model.memory().teacher()) {
      String name = "ema_after." + p.name().substring(prefix.length());
      comparison.absolute(name, c.floats(name), lab.floats(p.value()), Tolerances.TEACHER);
    }
  }
}
