package dev.d2v.benchmarks.peers;

import dev.d2v.benchmarks.compare.Inputs;
import dev.d2v.benchmarks.compare.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/// libtorch's tensors of one case, over native arrays that stay where they are.
final class TorchOperands implements AutoCloseable {
  private final NativeFloats memory = new NativeFloats();
  private final List<LongPointer> indices = new ArrayList<>();

  /// The input of that name.
  Tensor floats(String name, long... shape) {
    return of(Inputs.floats(name, size(shape)), shape);
  }

  /// A tensor of zeros.
  Tensor zeros(long... shape) {
    return of(new float[size(shape)], shape);
  }

  /// A tensor of these numbers.
  Tensor of(float[] values, long... shape) {
    return torch.from_blob(memory.of(values), shape);
  }

  /// A tensor of these numbers, as I64: what libtorch wants for indices.
  Tensor of(int[] values) {
    LongPointer block = new LongPointer(values.length);
    for (int i = 0; i < values.length; i++) {
      block.put(i, values[i]);
    }
    indices.add(block);
    return torch.from_blob(
        block, new long[] {values.length}, new TensorOptions(torch.ScalarType.Long));
  }

  /// What a call wants as an array of bool.
  static BoolPointer flags(boolean... values) {
    BoolPointer flags = new BoolPointer((long) values.length);
    for (int i = 0; i < values.length; i++) {
      flags.put(i, values[i]);
    }
    return flags;
  }

  private static int size(long[] shape) {
    long size = 1;
    for (long extent : shape) {
      size *= extent;
    }
    return Math.toIntExact(size);
  }

  /// The numbers of a tensor, in the order of its axes.
  static float[] values(Tensor t) {
    Tensor plain = t.contiguous();
    float[] out = new float[Math.toIntExact(plain.numel())];
    new FloatPointer(plain.data_ptr()).get(out);
    return out;
  }

  /// A task over these tensors. What a run makes on the way is freed at its end.
  Task task(Runnable body, Supplier<Tensor> result) {
    return new TorchTask(this, body, result);
  }

  /// A task that makes a new tensor each time, which is freed; the result is computed once more.
  Task computed(Supplier<Tensor> body) {
    return new TorchTask(this, () -> body.get().close(), body);
  }

  private record TorchTask(TorchOperands operands, Runnable body, Supplier<Tensor> output)
      implements Task {
    @Override
    public void run() {
      try (PointerScope _ = new PointerScope()) {
        body.run();
      }
    }

    @Override
    public float[] result() {
      return values(output.get());
    }

    @Override
    public void close() {
      operands.close();
    }
  }

  @Override
  public void close() {
    memory.close();
    indices.forEach(LongPointer::close);
    indices.clear();
  }
}
