package dev.d2v.benchmarks.compare;

import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.Workspace;
import dev.d2v.tensor.spi.Backend;
import java.util.ArrayList;
import java.util.List;

/// The tensors of one case in d2v's memory, each in a block of its own.
final class Operands implements AutoCloseable {
  private final Backend backend;
  private final List<Workspace> blocks = new ArrayList<>();

  Operands(Backend backend) {
    this.backend = backend;
  }

  /// The input of that name.
  Tensor floats(String name, int size) {
    return of(Inputs.floats(name, size));
  }

  /// The input of that name, without its signs.
  Tensor positive(String name, int size) {
    return of(Inputs.positive(name, size));
  }

  /// A tensor of these numbers.
  Tensor of(float[] values) {
    Tensor t = take(DType.F32, values.length);
    backend.upload(t, values);
    return t;
  }

  /// A tensor of zeros.
  Tensor zeros(int size) {
    return of(new float[size]);
  }

  /// A tensor of these numbers.
  Tensor of(int[] values) {
    Tensor t = take(DType.I32, values.length);
    backend.upload(t, values);
    return t;
  }

  private Tensor take(DType type, int size) {
    Workspace block = Workspace.of(backend, 4L * size + 2 * Workspace.ALIGNMENT);
    blocks.add(block);
    return block.take(Shape.of(size), type);
  }

  /// A task over these tensors; `result` is what is compared.
  Task task(Runnable body, Tensor result) {
    return new KernelTask(this, body, result);
  }

  private record KernelTask(Operands operands, Runnable body, Tensor output) implements Task {
    @Override
    public void run() {
      body.run();
    }

    @Override
    public float[] result() {
      return operands.backend.floats(output);
    }

    @Override
    public void close() {
      operands.close();
    }
  }

  @Override
  public void close() {
    blocks.forEach(Workspace::close);
    blocks.clear();
  }
}
