package dev.d2v.tensor.parallel;

/// STUB.
public final class SpinningPool implements RowParallel {
  private final int threads;

  /// STUB.
  public SpinningPool(int threads) {
    this.threads = threads;
  }

  @Override
  public int threads() {
    return threads;
  }

  @Override
  public void run(int parts, Body body) {
    for (int i = 0; i < parts; i++) {
      body.run(i, 0);
    }
  }

  @Override
  public void close() {}
}
