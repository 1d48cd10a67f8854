package dev.d2v.benchmarks.peers;

import dev.d2v.benchmarks.compare.Case;
import dev.d2v.benchmarks.compare.Engine;
import dev.d2v.benchmarks.compare.Operation;
import dev.d2v.benchmarks.compare.Task;
import java.util.Optional;
import org.bytedeco.javacpp.FloatPointer;

/// A native library's sgemm on the products that are nothing else.
final class BlasEngine implements Engine {
  private final String description;
  private final Sgemm sgemm;

  BlasEngine(String description, Sgemm sgemm) {
    this.description = description;
    this.sgemm = sgemm;
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public Optional<Task> open(Case which) {
    return Products.isProduct(which) ? Optional.of(new Product(which, sgemm)) : Optional.empty();
  }

  @Override
  public void close() {}

  private static final class Product implements Task {
    private final NativeFloats memory = new NativeFloats();
    private final Case which;
    private final Sgemm sgemm;
    private final FloatPointer a;
    private final FloatPointer b;
    private final FloatPointer c;

    Product(Case which, Sgemm sgemm) {
      this.which = which;
      this.sgemm = sgemm;
      a = memory.of(Products.a(which));
      b = memory.of(Products.b(which));
      c = memory.of(Products.c(which));
    }

    @Override
    public void run() {
      boolean adds = which.operation() == Operation.MATMUL_TN;
      sgemm.multiply(
          adds,
          which.operation() == Operation.MATMUL_NT,
          which.dim(0),
          which.dim(1),
          which.dim(2),
          a,
          b,
          adds ? 1 : 0,
          c);
    }

    @Override
    public float[] result() {
      float[] values = new float[which.dim(0) * which.dim(1)];
      c.get(values);
      return Products.withBias(which, values);
    }

    @Override
    public void close() {
      memory.close();
    }
  }
}
