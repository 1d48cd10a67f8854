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
        (part, thread) -> forward(y.data(), x.data(), parts.from(part), parts.to(part)));
  }

  private static void forward(MemorySegment y, MemorySegment x, long from, long to) {
    int n = (int) (to - from);
    int i = 0;
    for (; i <= n - W; i += W) {
      long a = 4 * (from + i);
      store(VectorMath.gelu(load(x, a)), y, a);
    }
    for (; i < n; i++) {
      long a = 4 * (from + i);
      set(y, a, VectorMath.gelu(get(x, a)));
    }
  }

  @Override
  public void geluBackward(Tensor dx, Tensor dy, Tensor x, long size) {
    Checks.floats("geluBackward", size, "dx dy x", dx, dy, x);
    Parts parts = Parts.elements(size);
    parallel.run(
        parts.count(),
        (part, thread) ->
            backward(dx.data(), dy.data(), x.data(), parts.from(part), parts.to(part)));
  }

  private static void backward(
      MemorySegment dx, MemorySegment dy, MemorySegment x, long from, long to) {
    int n = (int) (to - from);
    int i = 0;
    for (; i <= n - W; i += W) {
      long a = 4 * (from + i);
      store(VectorMath.geluDerivative(load(x, a)).mul(load(dy, a)), dx, a);
    }
    for (; i < n; i++) {
      long a = 4 * (from + i);
      set(dx, a, VectorMath.geluDerivative(get(x, a)) * get(dy, a));
    }
  }
}
