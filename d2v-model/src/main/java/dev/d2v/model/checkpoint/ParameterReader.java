package dev.d2v.model.checkpoint;

import dev.d2v.nn.Parameter;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.io.Narrowing;
import dev.d2v.tensor.io.RestoredTensors;
import dev.d2v.tensor.kernel.StoredMatrix;
import dev.d2v.tensor.parallel.RowParallel;
import dev.d2v.tensor.parallel.SpinningPool;
import dev.d2v.tensor.spi.Backend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Puts numbers into parameters, in whatever a model keeps them: F32, BF16, or I8 with scales. What
/// a file has in I8 already is copied.
///
/// What is asked for is done by [#finish], all at once: on a backend that allows it by several
/// threads, for copying is most of what opening a model takes.
public final class ParameterReader {
  /// More threads than this do not make the memory faster.
  private static final int MOST_THREADS = 8;

  /// Numbers that are changed at once.
  private static final int IN_CACHE = 1 << 15;

  private final Backend backend;
  private final Set<String> given;
  private final List<Task> tasks = new ArrayList<>();

  /// @param size numbers that it moves
  private record Task(long size, Runnable work) {}

  /// Reads into memory of a backend.
  public ParameterReader(Backend backend) {
    this(backend, Set.of());
  }

  /// The same but for parameters that have their values already.
  public ParameterReader(Backend backend, Set<String> given) {
    this.backend = backend;
    this.given = given;
  }

  /// A whole parameter from a tensor of as many numbers.
  public void read(RestoredTensors file, Parameter p, String name) {
    if (given.contains(p.name())) {
      return;
    }
    if (p.stored() == null) {
      later(p.shape().size(), () -> file.read(name, p.value(), backend));
    } else {
      rows(file, p, 0, p.shape().dim(0), name, null);
    }
  }

  /// Rows `from` to `to` of a parameter from a tensor of as many.
  ///
  /// @param factors name of the tensor with a factor for each row; null: all 1
  public void rows(
      RestoredTensors file, Parameter p, int from, int to, String name, @Nullable String factors) {
    if (given.contains(p.name())) {
      return;
    }
    later(
        p.shape().withFirst(to - from).size(),
        () -> {
          float[] each = factors == null ? null : file.floats(factors);
          copy(file, p, from, to, name, each);
        });
  }

  /// The values of a parameter in F32 where they lie in a mapped file; empty: the model keeps them
  /// otherwise, or they have to be read.
  public static Optional<Tensor> inPlace(RestoredTensors file, Parameter p, String name) {
    boolean wide = p.stored() == null && file.has(name);
    return (wide ? file.inPlace(name) : Optional.<Tensor>empty())
        .filter(t -> t.type() == DType.F32 && t.size() == p.shape().size());
  }

  private void copy(
      RestoredTensors file, Parameter p, int from, int to, String name, float @Nullable [] each) {
    StoredMatrix stored = p.stored();
    Tensor part = (stored == null ? p.value() : stored.values()).slice(from, to);
    Tensor scale = stored == null ? null : stored.scale();
    if (scale != null && file.quantized(name)) {
      file.readValues(name, part, backend);
      backend.upload(scale.slice(from, to), multiplied(file.scales(name), each));
    } else if (scale == null && each == null) {
      file.read(name, part, backend);
    } else if (stored == null && each != null) {
      file.read(name, part, backend);
      multiply(part.reshape(each.length, part.shape().intSize() / each.length), each);
    } else {
      put(file, p, from, to, multiplied(file.floats(name), each));
    }
  }

  /// Rows `from` to `to` of a parameter from numbers that are made of a file's.
  public void fill(RestoredTensors file, Parameter p, int from, int to, Supplier<float[]> numbers) {
    later(p.shape().withFirst(to - from).size(), () -> put(file, p, from, to, numbers.get()));
  }

  private void put(RestoredTensors file, Parameter p, int from, int to, float[] x) {
    StoredMatrix stored = p.stored();
    if (stored == null) {
      backend.upload(p.value().slice(from, to), x);
      return;
    }
    Tensor part = stored.values().slice(from, to);
    Tensor scale = stored.scale();
    if (scale == null) {
      backend.upload(part, Narrowing.bf16(x));
      return;
    }
    try {
      Narrowing.Int8 narrow = Narrowing.int8(x, to - from);
      backend.upload(part, narrow.values());
      backend.upload(scale.slice(from, to), narrow.scale());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "%s: %s cannot be kept as int8: %s".formatted(file.path(), p.name(), e.getMessage()), e);
    }
  }

  /// Multiplies rows of x (rows,K) in place, some at a time.
  private void multiply(Tensor x, float[] factors) {
    int K = x.shape().dim(1);
    int some = Math.max(1, IN_CACHE / K);
    for (int from = 0; from < factors.length; from += some) {
      int to = Math.min(factors.length, from + some);
      Tensor piece = x.slice(from, to);
      float[] numbers = backend.floats(piece);
      backend.upload(piece, multiplied(numbers, Arrays.copyOfRange(factors, from, to)));
    }
  }

  private static float[] multiplied(float[] x, float @Nullable [] factors) {
    if (factors != null && factors.length > 0) {
      int each = x.length / factors.length;
      for (int row = 0; row < factors.length; row++) {
        multiply(x, row * each, (row + 1) * each, factors[row]);
      }
    }
    return x;
  }

  private static void multiply(float[] x, int from, int to, float factor) {
    for (int i = from; i < to; i++) {
      x[i] *= factor;
    }
  }

  private void later(long size, Runnable work) {
    tasks.add(new Task(size, work));
  }

  /// Does what was asked for; parameters have their values when this returns.
  public void finish() {
    // the largest first, so that no thread is left with one at the end
    tasks.sort(Comparator.comparingLong(Task::size).reversed());
    int threads = backend.sharesUploads() ? Runtime.getRuntime().availableProcessors() : 1;
    try (RowParallel parallel =
        new SpinningPool(Math.clamp(tasks.size(), 1, Math.min(threads, MOST_THREADS)))) {
      parallel.run(tasks.size(), (part, thread) -> tasks.get(part).work.run());
    }
    tasks.clear();
  }
}
