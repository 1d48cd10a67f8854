package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.Floats.W;
import static dev.d2v.tensor.kernel.vector.Floats.get;
import static dev.d2v.tensor.kernel.vector.Floats.load;
import static dev.d2v.tensor.kernel.vector.Floats.set;
import static dev.d2v.tensor.kernel.vector.Floats.store;

import dev.d2v.tensor.Checks;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.ActivationKernels;
import dev.d2v.tensor.parallel.Parts;
import dev.d2v.tensor.parallel.RowParallel;
import java.lang.foreign.MemorySegment;

/// GELU with the polynomials of [VectorMath].
public final class VectorActivation implements ActivationKernels {
  private final RowParallel parallel;

  /// Over these threads.
  public VectorActivation(RowParallel parallel) {
    this.parallel = parallel;
  }

  @Override
  public void geluForward(Tensor y, Tensor x, long size) {
    Checks.floats("geluForward", size, "y x", y, x);
    Parts parts = Parts.elements(size);
    parallel.run(
        parts.count(),
        (part, thread) -> {
          long from = parts.from(part);
          forward(y.data(), x.data(), 4 * from, (int) (parts.to(part) - from));
        });
  }

  /// `y = gelu(x)` for n floats from byte `at` on.
  static void forward(MemorySegment y, MemorySegment x, long at, int n) {
    int i = 0;
    for (; i <= n - W; i += W) {
      store(VectorMath.gelu(load(x, at + 4L * i)), y, at + 4L * i);
    }
    for (; i < n; i++) {
      set(y, at + 4L * i, VectorMath.gelu(get(x, at + 4L * i)));
    }
  }

  @Override
  public void geluBackward(Tensor dx, Tensor dy, Tensor x, long size) {
    Checks.floats("geluBackward", size, "dx dy x", dx, dy, x);
    Parts parts = Parts.elements(size);
    parallel.run(
        parts.count(),
        (part, thread) -> {
          long from = parts.from(part);
          int n = (int) (parts.to(part) - from);
          backward(dx.data(), dy.data(), x.data(), 4 * from, n);
        });
  }

  private static void backward(
      MemorySegment dx, MemorySegment dy, MemorySegment x, long at, int n) {
    int i = 0;
    for (; i <= n - W; i += W) {
      long a = at + 4L * i;
      store(VectorMath.geluDerivative(load(x, a)).mul(load(dy, a)), dx, a);
    }
    for (; i < n; i++) {
      long a = at + 4L * i;
      set(dx, a, VectorMath.geluDerivative(get(x, a)) * get(dy, a));
    }
  }
}
