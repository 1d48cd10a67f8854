package dev.d2v.model.train;

import dev.d2v.model.Batch;

/// Where samples come from: a pure function of the update, so that a resumed run reads what an
/// uninterrupted one would.
@FunctionalInterface
public interface BatchSource {
  /// A micro-batch. Its array may be reused after the next call.
  ///
  /// @param turn which modality is wanted, and how many updates it had before
  /// @param microBatch number within the update
  Batch batch(ModalityTurns.Turn turn, int microBatch);

  /// Images alone: one array (B,channels,H,W) an update and micro-batch.
  static BatchSource images(int samples, Images images) {
    return (turn, micro) -> new Batch.Images(images.pixels(turn.update(), micro), samples);
  }

  /// Gives pixels.
  @FunctionalInterface
  interface Images {
    /// The images (B,channels,H,W) of a micro-batch, flat.
    ///
    /// @param update number of updates done so far
    /// @param microBatch number within the update
    float[] pixels(long update, int microBatch);
  }
}
