package dev.d2v.model;

import dev.d2v.model.image.ImageConfig;
import dev.d2v.model.speech.Frames;
import dev.d2v.model.speech.LogMelConfig;
import dev.d2v.model.speech.LogMelPatches;
import dev.d2v.model.speech.SpeechConfig;
import dev.d2v.model.text.TextConfig;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.Backend;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A batch on the backend, as a local encoder reads it.
///
/// @param modality the modality's configuration
/// @param values images (B,channels,H,W), waveforms (B,N), spectrograms (B,1,frames,mels), or the
///   indices of tokens and positions (2,B,T) I32
/// @param samples B
/// @param tokens T
/// @param padding (B*T) on the host, 1 = padded token, or null: none is
public record Source(
    ModalityConfig modality, Tensor values, int samples, int tokens, int @Nullable [] padding) {

  /// Uploads a batch.
  public static Source of(Batch batch, ModalityConfig modality, Backend backend, Pass pass) {
    if (!batch.key().equals(modality.key())) {
      throw new IllegalArgumentException(
          "a batch of %s for an encoder of %s".formatted(batch.key(), modality.key()));
    }
    return switch (batch) {
      case Batch.Images images -> images(images, (ImageConfig) modality, backend, pass);
      case Batch.Waves waves -> waves(waves, (SpeechConfig) modality, backend, pass);
      case Batch.Texts texts -> texts(texts, (TextConfig) modality, backend, pass);
    };
  }

  private static Source images(
      Batch.Images images, ImageConfig config, Backend backend, Pass pass) {
    int B = images.samples();
    int side = config.imageSize();
    ConfigChecks.that(
        images.pixels().length == B * config.channels() * side * side,
        "a batch must hold %d x %d x %d x %d numbers, the data source gave %d"
            .formatted(B, config.channels(), side, side, images.pixels().length));
    Tensor values = pass.take(B, config.channels(), side, side);
    backend.upload(values, images.pixels());
    return new Source(config, values, B, config.tokens(), null);
  }

  private static Source waves(Batch.Waves waves, SpeechConfig config, Backend backend, Pass pass) {
    int B = waves.samples();
    int N = waves.length();
    ConfigChecks.that(
        B > 0 && waves.waves().length == B * N,
        "a batch of %d waveforms cannot hold %d numbers".formatted(B, waves.waves().length));
    int T = config.tokens(N);
    ConfigChecks.that(
        T > 0, "a waveform of %d samples is too short: it gives no frame".formatted(N));
    ConfigChecks.that(
        config.positions() != SpeechConfig.Positions.LEARNED || T <= config.maxTokens(),
        "a waveform of %d samples gives %d tokens, the model has positions for %d: cut it, or train with a larger maxTokens"
            .formatted(N, T, config.maxTokens()));
    int[] padding =
        waves.lengths() == null ? null : Frames.padding(waves.lengths(), N, config::tokens);
    LogMelConfig mel = config.logMel();
    LogMelPatches patches = mel == null ? null : mel.patches();
    Tensor values = patches == null ? pass.take(B, N) : pass.take(patches.sourceShape(B, N));
    backend.upload(values, patches == null ? waves.waves() : patches.source(waves.waves(), N));
    return new Source(config, values, B, T, anyOf(padding));
  }

  private static Source texts(Batch.Texts texts, TextConfig config, Backend backend, Pass pass) {
    int B = texts.samples();
    int T = texts.length();
    ConfigChecks.that(
        B > 0 && texts.ids().length == B * T,
        "a batch of %d texts cannot hold %d tokens".formatted(B, texts.ids().length));
    int[] indices = config.embeddings().indices(texts.ids(), T);
    Tensor values = pass.workspace().take(Shape.of(2, B, T), DType.I32);
    backend.upload(values, indices);
    int[] padding = pass.arrays().ints(B * T);
    for (int i = 0; i < padding.length; i++) {
      padding[i] = texts.ids()[i] == TextConfig.PAD ? 1 : 0;
    }
    return new Source(config, values, B, T, anyOf(padding));
  }

  private static int @Nullable [] anyOf(int @Nullable [] padding) {
    return padding == null || Arrays.stream(padding).allMatch(p -> p == 0) ? null : padding;
  }

  /// The shape of the values.
  public Shape shape() {
    return values.shape();
  }
}
