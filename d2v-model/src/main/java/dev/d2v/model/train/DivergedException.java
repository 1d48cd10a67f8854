package dev.d2v.model.train;

/// A loss or gradient became NaN or infinite. Nothing of the update was applied: the model is as it
/// was before.
public final class DivergedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final long update;

  DivergedException(long update, String message) {
    super(message);
    this.update = update;
  }

  /// Number of the update that failed, counted from 1.
  public long update() {
    return update;
  }
}
