package dev.d2v.export;

import dev.d2v.embed.LoadedModel;
import dev.d2v.embed.ModelFiles;
import dev.d2v.model.Batch;
import dev.d2v.model.Data2Vec2;
import dev.d2v.model.ModalityConfig;
import dev.d2v.model.Observer;
import dev.d2v.model.Source;
import dev.d2v.model.TokenMean;
import dev.d2v.model.image.ImageConfig;
import dev.d2v.model.speech.SpeechConfig;
import dev.d2v.model.text.TextConfig;
import dev.d2v.model.v1.AudioConfig;
import dev.d2v.model.v1.Data2Vec1;
import dev.d2v.model.v1.Features;
import dev.d2v.model.v1.Input;
import dev.d2v.model.v1.VisionConfig;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.Workspace;
import dev.d2v.tensor.spi.Backend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// d2v's own computation, to compare with.
final class Original {
  private Original() {}

  /// What the model at a path makes of a batch.
  ///
  /// @param key of the modality of a model that reads several, or null
  static Received run(Path path, boolean teacher, @Nullable String key, Sent sent)
      throws IOException {
    try (ModelFiles files = ModelFiles.open(path);
        LoadedModel weights = files.load(teacher, null);
        Backend backend = Backend.cpu(1);
        Workspace room = Workspace.of(backend, 64 << 20)) {
      Pass pass = Pass.inference(backend.kernels(), room);
      return switch (weights) {
        case LoadedModel.First first -> first(first.opened().model(), sent, backend, pass);
        case LoadedModel.Second second -> second(second.model(), key, sent, backend, pass);
      };
    }
  }

  private static Received first(Data2Vec1 model, Sent sent, Backend backend, Pass pass) {
    Input input =
        switch (model.config()) {
          case VisionConfig _ -> new Input.Images(sent.floats(), sent.samples());
          case AudioConfig _ -> new Input.Waves(sent.floats(), sent.samples(), sent.lengths());
          case dev.d2v.model.v1.TextConfig _ ->
              new Input.Tokens(sent.ids(), sent.samples(), null, null);
        };
    Features f = model.forward(input, backend, Observer.none(), pass);
    int extra = model.config() instanceof VisionConfig ? 1 : 0;
    return received(f.last(), f.padding(), extra, backend, pass);
  }

  private static Received second(
      Data2Vec2 model, @Nullable String key, Sent sent, Backend backend, Pass pass) {
    ModalityConfig part = key == null ? model.config().modality() : model.config().modality(key);
    Batch batch =
        switch (part) {
          case ImageConfig _ -> new Batch.Images(sent.floats(), sent.samples());
          case SpeechConfig _ -> new Batch.Waves(sent.floats(), sent.samples(), sent.lengths());
          case TextConfig _ -> new Batch.Texts(sent.ids(), sent.samples());
        };
    Source source = Source.of(batch, part, backend, pass);
    Tensor output = model.features(source, null, (i, tensor, whole) -> {}, pass);
    int E = part.extraTokens();
    int T = source.tokens();
    int[] of = source.padding();
    int[] padding = of == null ? null : new int[source.samples() * (E + T)];
    if (of != null && padding != null) {
      for (int b = 0; b < source.samples(); b++) {
        System.arraycopy(of, b * T, padding, b * (E + T) + E, T);
      }
    }
    return received(output, padding, E, backend, pass);
  }

  private static Received received(
      Tensor output, int @Nullable [] padding, int extra, Backend backend, Pass pass) {
    int B = output.shape().dim(0);
    int N = output.shape().dim(1);
    Tensor mean = TokenMean.of(padding, extra, B, N, backend, pass).of(output, pass);
    int[] there = new int[B * N];
    Arrays.setAll(there, i -> padding == null ? 1 : 1 - padding[i]);
    return new Received(
        backend.floats(output), backend.floats(mean), there, B, N, output.shape().dim(2));
  }
}
