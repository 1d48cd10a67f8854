package dev.d2v.cli.goldens;

import dev.d2v.model.v1.AudioConfig;
import dev.d2v.model.v1.Data2Vec1;
import dev.d2v.model.v1.Features;
import dev.d2v.model.v1.Input;
import dev.d2v.model.v1.TextConfig;
import dev.d2v.model.v1.VisionConfig;
import dev.d2v.nn.Pass;
import dev.d2v.nn.Storage;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.io.TorchFile;
import dev.d2v.tensor.spi.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// `hf_*`: a folder of a data2vec 1.0 model, and what the published class made of an input.
final class HuggingFaceCase {
  private static final String UNPADDED = "out_unpadded_first.";

  private final GoldenCase c;
  private final Comparison comparison;
  private final Lab lab;

  private HuggingFaceCase(GoldenCase c, Comparison comparison, Lab lab) {
    this.c = c;
    this.comparison = comparison;
    this.lab = lab;
  }

  /// Compares with the model in the folder that the case names, beside it in `folder`.
  static void run(GoldenCase c, Path folder, Comparison comparison, Backend backend)
      throws IOException {
    Path model = folder.resolve(c.text("model_dir"));
    try (Lab lab = new Lab(backend)) {
      HuggingFaceCase run = new HuggingFaceCase(c, comparison, lab);
      run.compare(Data2Vec1.open(model, backend));
      Path pickled = model.resolve("pytorch_model.bin");
      if (Files.exists(pickled)) {
        lab.reset();
        try (TorchFile weights = TorchFile.open(pickled)) {
          run.compare(Data2Vec1.open(model, weights, backend, Storage.F32));
        }
      }
    }
    c.requireAllSeen(comparison);
  }

  private void compare(Data2Vec1.Opened opened) {
    comparison.holds("every tensor is known: " + opened.report(), opened.report().complete());
    comparison.holds(
        "every field of config.json is known: " + opened.config().unknown(),
        opened.config().unknown().isEmpty());
    try (Data2Vec1 model = opened.model()) {
      compare(model);
    }
  }

  private void compare(Data2Vec1 model) {
    Pass pass = lab.inference();
    Features f =
        model.forward(
            input(model, false),
            lab.backend(),
            (name, tensor) -> compare("out." + name, tensor),
            pass);
    results(model, f, "out.", pass);
    if (!c.names(UNPADDED).isEmpty()) {
      Features first =
          model.forward(
              input(model, true),
              lab.backend(),
              (name, tensor) -> compare(UNPADDED + name, tensor),
              pass);
      results(model, first, UNPADDED, pass);
    }
  }

  private void results(Data2Vec1 model, Features f, String prefix, Pass pass) {
    compare(prefix + "last_hidden_state", f.last());
    if (c.has(prefix + "pooler_output")) {
      Tensor pooled = model.pooled(f, lab.backend(), pass);
      comparison.holds(prefix + "pooler_output: the model has a pooler", pooled != null);
      compare(prefix + "pooler_output", pooled);
    }
    if (c.has(prefix + "logits")) {
      compare(prefix + "logits", model.logits(f, lab.backend(), pass));
    }
  }

  private void compare(String name, @Nullable Tensor tensor) {
    if (tensor != null && c.has(name)) {
      comparison.relative(name, c.floats(name), lab.floats(tensor), Tolerances.FORWARD);
    }
  }

  /// The case's input, or its first sample without the filling.
  private Input input(Data2Vec1 model, boolean first) {
    return switch (model.config()) {
      case VisionConfig _ -> {
        int B = c.shape("input.pixel_values").dim(0);
        yield new Input.Images(c.floats("input.pixel_values"), B);
      }
      case AudioConfig _ -> waves(first);
      case TextConfig _ -> tokens(first);
    };
  }

  private Input waves(boolean first) {
    float[] values = c.floats("input.input_values");
    int B = c.shape("input.input_values").dim(0);
    int[] lengths = lengths("input.attention_mask", B);
    if (!first) {
      return new Input.Waves(values, B, lengths);
    }
    int n = lengths == null ? values.length / B : lengths[0];
    return new Input.Waves(Arrays.copyOf(values, n), 1, null);
  }

  private Input tokens(boolean first) {
    int[] ids = c.ints("input.input_ids");
    int B = c.shape("input.input_ids").dim(0);
    int[] mask = optional("input.attention_mask");
    int[] types = optional("input.token_type_ids");
    if (!first) {
      return new Input.Tokens(ids, B, types, mask);
    }
    int[] lengths = lengths("input.attention_mask", B);
    int n = lengths == null ? ids.length / B : lengths[0];
    return new Input.Tokens(
        Arrays.copyOf(ids, n), 1, types == null ? null : Arrays.copyOf(types, n), null);
  }

  private int @Nullable [] optional(String name) {
    return c.has(name) ? c.ints(name) : null;
  }

  private int @Nullable [] lengths(String name, int B) {
    int[] mask = optional(name);
    if (mask == null) {
      return null;
    }
    int N = mask.length / B;
    int[] lengths = new int[B];
    Arrays.setAll(lengths, b -> Arrays.stream(mask, b * N, (b + 1) * N).sum());
    return lengths;
  }
}
