package dev.d2v.tensor.kernel;

import dev.d2v.tensor.Checks;
import dev.d2v.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// What every backend checks before it runs a kernel of [AttentionKernels].
public final class AttentionChecks {
  /// The most channels of a head. More are nobody's, and kernels may plan their memory by it.
  public static final int CHANNELS = 4096;

  private AttentionChecks() {}

  /// The arguments of [AttentionKernels#attentionForward].
  public static void forward(
      Tensor out,
      @Nullable Tensor lse,
      Tensor qkv,
      @Nullable Tensor bias,
      @Nullable Tensor padding,
      int B,
      int T,
      int H,
      int D) {
    String operation = "attentionForward";
    long size = (long) B * T * H * D;
    Checks.floats(out, size, operation, "out");
    Checks.floats(qkv, 3 * size, operation, "qkv");
    if (lse != null) {
      Checks.floats(lse, (long) B * H * T, operation, "lse");
    }
    common(operation, bias, padding, B, T, H, D);
  }

  /// The arguments of [AttentionKernels#attentionBackward].
  public static void backward(
      Tensor dqkv,
      @Nullable Tensor dbias,
      Tensor dout,
      Tensor qkv,
      Tensor out,
      Tensor lse,
      @Nullable Tensor bias,
      @Nullable Tensor padding,
      int B,
      int T,
      int H,
      int D) {
    String operation = "attentionBackward";
    long size = (long) B * T * H * D;
    Checks.floats(dqkv, 3 * size, operation, "dqkv");
    Checks.floats(dout, size, operation, "dout");
    Checks.floats(qkv, 3 * size, operation, "qkv");
    Checks.floats(out, size, operation, "out");
    Checks.floats(lse, (long) B * H * T, operation, "lse");
    if (dbias != null) {
      Checks.floats(dbias, (long) B * H * T * T, operation, "dbias");
    }
    common(operation, bias, padding, B, T, H, D);
  }

  private static void common(
      String operation,
      @Nullable Tensor bias,
      @Nullable Tensor padding,
      int B,
      int T,
      int H,
      int D) {
    Checks.that(D <= CHANNELS, operation, "D must be at most %d, got %d".formatted(CHANNELS, D));
    if (bias != null) {
      long shared = (long) H * T * T;
      Checks.floats(bias, shared, operation, "bias");
      Checks.that(
          bias.size() == shared || bias.size() == B * shared,
          operation,
          "bias must be (%d,%d,%d,%d) or (1,%d,%d,%d), got %s"
              .formatted(B, H, T, T, H, T, T, bias));
    }
    if (padding != null) {
      Checks.ints(padding, (long) B * T, operation, "padding");
    }
  }
}
