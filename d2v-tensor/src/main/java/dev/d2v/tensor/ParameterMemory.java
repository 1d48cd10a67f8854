package dev.d2v.tensor;

import dev.d2v.tensor.spi.Backend;
import dev.d2v.tensor.spi.MemoryBlock;
import org.jspecify.annotations.Nullable;

/// Everything of a model that outlives a step, in one block: values, and for training the
/// gradients, both moments of the optimiser and the teacher. Each section is contiguous and laid
/// out alike, so clipping, AdamW and EMA are single passes; element i of every section belongs to
/// the same parameter.
///
/// ```text
/// values (n) | gradients (n) | first moments (n) | second moments (n) | teacher (t <= n)
/// ```
///
/// The teacher mirrors the first t values. All bytes start as zero.
public final class ParameterMemory implements AutoCloseable {
  private final MemoryBlock block;
  private final int size;
  private final int teacherSize;
  private final boolean training;

  private ParameterMemory(Backend backend, int size, int teacherSize, boolean training) {
    this.size = size;
    this.teacherSize = teacherSize;
    this.training = training;
    this.block = backend.allocate(bytes(size, teacherSize, training));
    if (backend.zeroed()) {
      return;
    }
    // section by section: all together may have more elements than a tensor can
    for (int i = 0; i < (training ? 4 : 1); i++) {
      zero(backend, section(i, size));
    }
    if (teacherSize > 0) {
      zero(backend, section(4, teacherSize));
    }
  }

  /// Memory for training: five sections.
  public static ParameterMemory training(Backend backend, int size, int teacherSize) {
    if (teacherSize > size) {
      throw new IllegalArgumentException(
          "the teacher mirrors a prefix of the " + size + " values, got " + teacherSize);
    }
    return new ParameterMemory(backend, size, teacherSize, true);
  }

  /// Memory for inference: values only.
  public static ParameterMemory inference(Backend backend, int size) {
    return new ParameterMemory(backend, size, 0, false);
  }

  /// Bytes that such a memory takes.
  public static long bytes(int size, int teacherSize, boolean training) {
    return 4L * (training ? 4L * size + teacherSize : size);
  }

  /// Bytes of all sections together.
  public long bytes() {
    return bytes(size, teacherSize, training);
  }

  /// Number of values.
  public int size() {
    return size;
  }

  /// Number of values that the teacher mirrors.
  public int teacherSize() {
    return teacherSize;
  }

  /// The parameters' values (n).
  public Tensor values() {
    return section(0, size);
  }

  /// Their gradients (n).
  public Tensor gradients() {
    return training(1, size);
  }

  /// Adam's first moments (n).
  public Tensor firstMoments() {
    return training(2, size);
  }

  /// Adam's second moments (n).
  public Tensor secondMoments() {
    return training(3, size);
  }

  /// The teacher's values (t), or null when there is none.
  public @Nullable Tensor teacher() {
    return teacherSize == 0 ? null : training(4, teacherSize);
  }

  private Tensor training(int index, int length) {
    if (!training) {
      throw new IllegalStateException(
          "this parameter memory was opened for inference: it holds values only");
    }
    return section(index, length);
  }

  private Tensor section(int index, int length) {
    return new Tensor(block.slice(4L * index * size, 4L * length), Shape.of(length), DType.F32);
  }

  private static void zero(Backend backend, Tensor section) {
    backend.kernels().elementwise().fill(section, 0, section.size());
  }

  @Override
  public void close() {
    block.close();
  }
}
