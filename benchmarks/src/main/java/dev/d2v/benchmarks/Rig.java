package dev.d2v.benchmarks;

import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.Workspace;
import dev.d2v.tensor.kernel.Kernels;
import dev.d2v.tensor.spi.Backend;
import dev.d2v.tensor.spi.CpuBackend;
import java.util.Random;

/// A backend and memory for one benchmark's tensors.
final class Rig implements AutoCloseable {
  private final Backend backend;
  private final Workspace workspace;
  private final Random random = new Random(1);

  /// So many threads, room for so many elements in a few tensors.
  Rig(int threads, CpuBackend.Option option, long elements) {
    backend = CpuBackend.open(threads, option);
    workspace = Workspace.of(backend, 4 * elements + 16 * Workspace.ALIGNMENT);
  }

  Kernels kernels() {
    return backend.kernels();
  }

  /// A tensor of numbers from N(0,1).
  Tensor normal(int size) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian();
    }
    Tensor t = workspace.take(Shape.of(size));
    backend.upload(t, values);
    return t;
  }

  float[] floats(Tensor t) {
    return backend.floats(t);
  }

  @Override
  public void close() {
    workspace.close();
    backend.close();
  }
}
