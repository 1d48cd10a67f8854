package dev.d2v.embed;

import dev.d2v.nn.Pass;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.Backend;
import org.jspecify.annotations.Nullable;

/// A model of one of the two generations behind an [Embedder]. Many threads may use one, each with
/// a backend and a workspace of its own.
sealed interface Engine extends AutoCloseable permits FirstEngine, SecondEngine {
  /// Told of each layer's output (B,tokens,C), numbered from 1.
  @FunctionalInterface
  interface Tap {
    void see(int layer, Tensor output);
  }

  /// What a forward gave.
  ///
  /// @param output (B,tokens,C) of the last norm
  /// @param extra tokens at the beginning that stand for no part of the sample
  /// @param first the token that [Pooling#FIRST] takes, or -1: there is none
  /// @param padding (B*tokens), 1 = padded, or null: none is
  record Forwarded(Tensor output, int extra, int first, int @Nullable [] padding) {}

  /// C.
  int width();

  /// Number of layers.
  int depth();

  /// Whether samples of a modality have a token that stands for the whole of them.
  boolean hasFirst(Modality modality);

  /// Runs a batch.
  ///
  /// @param host uploads to where the pass computes
  Forwarded forward(Rows rows, Backend host, Tap tap, Pass pass);

  /// The same model without values on a backend that plans.
  Engine on(Backend plan);

  /// Bytes of its weights.
  long bytes();

  @Override
  void close();
}
