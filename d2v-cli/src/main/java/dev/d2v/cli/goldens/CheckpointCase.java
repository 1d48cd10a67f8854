package dev.d2v.cli.goldens;

import dev.d2v.model.Data2Vec2;
import dev.d2v.model.Data2Vec2Config;
import dev.d2v.model.checkpoint.FairseqWeights;
import dev.d2v.model.checkpoint.LoadReport;
import dev.d2v.model.checkpoint.OfficialConfig;
import dev.d2v.model.checkpoint.Weights;
import dev.d2v.nn.Parameter;
import dev.d2v.tensor.io.TorchFile;
import dev.d2v.tensor.spi.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// `ckpt_*`: a checkpoint of the official code, every tensor and value of it, and what models have
/// that load it.
final class CheckpointCase {
  private static final String MODEL = "model/";
  private static final String EMA = "model/_ema/";

  private CheckpointCase() {}

  static void run(GoldenCase c, Comparison comparison, Backend backend) throws IOException {
    Path path = c.beside(c.text("pt_file"));
    comparison.number(
        "bytes of the file",
        GoldenCase.number(c.json(), "pt_bytes"),
        (double) Files.size(path),
        1e-12);
    try (Weights weights = Weights.open(path)) {
      if (!(weights instanceof FairseqWeights fairseq)
          || !(fairseq.tensors() instanceof TorchFile file)) {
        comparison.holds(path + " is a checkpoint of the official code", false);
        return;
      }
      comparison.holds(
          "the file is " + c.text("pt_format"),
          c.text("pt_format").equals("zip") == file.archive());
      tensors(file, c, comparison);
      values(file, c, comparison);
      Data2Vec2Config expected = OfficialConfig.model(config(c, file));
      comparison.holds("the architecture", weights.config().map(expected::equals).orElse(false));
      for (boolean trains : new boolean[] {true, false}) {
        for (boolean teacher : trains ? new boolean[] {false} : new boolean[] {false, true}) {
          loaded(fairseq, expected, c, comparison, backend, trains, teacher);
        }
      }
    }
    c.requireAllSeen(comparison);
  }

  /// The case's configuration leaves out what the data set says.
  private static Map<String, Object> config(GoldenCase c, TorchFile file) {
    Map<String, Object> config = c.object("config");
    String tokens = MODEL + "modality_encoders.TEXT.local_encoder.embed_tokens.weight";
    if (file.has(tokens)) {
      config.putIfAbsent("vocab_size", (long) file.entry(tokens).shape().dim(0));
    }
    return config;
  }

  private static void tensors(TorchFile file, GoldenCase c, Comparison comparison) {
    comparison.number(
        "tensors", GoldenCase.number(c.json(), "n_tensors"), file.names().size(), 1e-12);
    boolean half = GoldenCase.flag(c.json(), "half_precision_model", false);
    for (String name : c.names("")) {
      comparison.holds(name + " is in the file", file.has(name));
      if (file.has(name)) {
        comparison.holds(
            name + " has shape " + c.shape(name), c.shape(name).equals(file.entry(name).shape()));
        // Cases keep halves as such or widened, which the values below do not change.
        boolean student = name.startsWith(MODEL) && !name.startsWith(EMA);
        String type = file.entry(name).dtype();
        comparison.holds(
            name + " is " + c.dtype(name),
            type.equals(c.dtype(name)) || (half && student && type.equals("F16")));
        TorchCase.values(name, name, file, c, comparison);
      }
    }
  }

  private static void values(TorchFile file, GoldenCase c, Comparison comparison) {
    Map<String, Object> root = GoldenCase.asObject(file.root(), "the file's dictionary");
    comparison.holds(
        "top_level_keys", GoldenCase.list(c.json(), "top_level_keys").equals(keys(root)));
    comparison.holds("cfg", TorchCase.same(c.object("cfg"), root.get("cfg")));
    Map<String, Object> model = GoldenCase.asObject(root.get("model"), "model");
    Map<String, Object> ema = GoldenCase.asObject(model.remove("_ema"), "model._ema");
    comparison.holds("model_keys", GoldenCase.list(c.json(), "model_keys").equals(keys(model)));
    comparison.holds("ema_keys", GoldenCase.list(c.json(), "ema_keys").equals(keys(ema)));
    Map<?, ?> last =
        GoldenCase.asObject(
            GoldenCase.list(root, "optimizer_history").getLast(), "optimizer_history");
    comparison.number(
        "num_updates",
        GoldenCase.number(c.json(), "num_updates"),
        GoldenCase.number(last.get("num_updates"), "num_updates"),
        1e-12);
  }

  private static List<Object> keys(Map<String, Object> map) {
    return new ArrayList<>(map.keySet());
  }

  private static void loaded(
      FairseqWeights weights,
      Data2Vec2Config config,
      GoldenCase c,
      Comparison comparison,
      Backend backend,
      boolean trains,
      boolean preferTeacher) {
    String at = trains ? "training " : preferTeacher ? "teacher " : "student ";
    try (Data2Vec2 model =
        trains ? Data2Vec2.training(config, backend) : Data2Vec2.inference(config, backend)) {
      LoadReport report = weights.load(model, preferTeacher);
      comparison.holds(at + report, report.complete());
      for (Parameter p : model.memory().student()) {
        String shadow = EMA + p.name();
        String blocks = EMA + p.name().replaceFirst("^blocks\\.", "");
        String name = !preferTeacher ? MODEL + p.name() : c.has(shadow) ? shadow : blocks;
        parameter(at, p, c.has(name) ? name : MODEL + p.name(), c, comparison, backend);
      }
      for (Parameter p : model.memory().teacher()) {
        String shadow = EMA + p.name();
        String name = c.has(shadow) ? shadow : EMA + p.name().replaceFirst("^blocks\\.", "");
        parameter("trained teacher ", p, name, c, comparison, backend);
      }
    }
  }

  private static void parameter(
      String at, Parameter p, String name, GoldenCase c, Comparison comparison, Backend backend) {
    comparison.holds(at + name + " is in the case", c.has(name));
    if (c.has(name)) {
      comparison.relative(at + p.name(), c.floats(name), backend.floats(p.value()), 1e-30);
    }
  }
}
