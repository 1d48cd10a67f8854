package dev.d2v.model.train;

/// Where samples come from: a pure function of the update, so that a resumed run reads what an
/// uninterrupted one would.
@FunctionalInterface
public interface BatchSource {
  /// The images (B,channels,H,W) of a micro-batch, flat. The array may be reused after the next
  /// call.
  ///
  /// @param update number of updates done so far
  /// @param microBatch number within the update
  float[] images(long update, int microBatch);
}
