package dev.d2v.tensor;

import dev.d2v.tensor.spi.Backend;
import dev.d2v.tensor.spi.MemoryBlock;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.BiConsumer;

/// The temporaries of a step: a bump allocator over one block, 64-byte aligned, given back by marks
/// and emptied by [#reset()] once a step, so that a step visits the same addresses each time.
///
/// ```java
/// try (var mark = workspace.mark()) {
///   Tensor t = workspace.take(Shape.of(8, 50, 128));
/// }                                               // t's memory may be used again
/// ```
///
/// One thread drives a workspace.
public final class Workspace implements AutoCloseable {
  /// Alignment of every tensor, in bytes: a cache line and an AVX-512 register.
  public static final long ALIGNMENT = 64;

  private static final int NAN_BITS = 0x7fc0dead;

  private final MemoryBlock block;
  private final boolean poison;
  private long used;
  private long peak;

  private Workspace(MemoryBlock block, boolean poison) {
    this.block = block;
    this.poison = poison;
  }

  /// A workspace of so many bytes on a backend.
  public static Workspace of(Backend backend, long bytes) {
    return new Workspace(backend.allocate(roundUp(bytes)), false);
  }

  /// A workspace that fills given-back bytes with NaN, so that a use after release shows: for
  /// tests.
  public static Workspace poisoned(Backend backend, long bytes) {
    var workspace = new Workspace(backend.allocate(roundUp(bytes)), true);
    workspace.poison(0, workspace.capacityBytes());
    return workspace;
  }

  /// Size of the block in bytes.
  public long capacityBytes() {
    return block.bytes();
  }

  /// Bytes in use now.
  public long usedBytes() {
    return used;
  }

  /// The most bytes that were in use at once since it was opened.
  public long peakBytes() {
    return peak;
  }

  /// An F32 tensor with undefined content.
  public Tensor take(Shape shape) {
    return take(shape, DType.F32);
  }

  /// An F32 tensor with undefined content.
  public Tensor take(int... dims) {
    return take(Shape.of(dims), DType.F32);
  }

  /// A tensor of any type with undefined content. Fails with the number of bytes that are missing.
  public Tensor take(Shape shape, DType type) {
    long bytes = Math.multiplyExact(shape.size(), (long) type.bytes());
    long next = Math.addExact(used, roundUp(bytes));
    if (next > block.bytes()) {
      throw new IllegalStateException(
          "workspace: %s %s needs %d bytes, %d of %d are free; plan the step first (StepPlan) and open a larger one"
              .formatted(type, shape, bytes, block.bytes() - used, block.bytes()));
    }
    MemorySegment data = block.slice(used, bytes);
    used = next;
    peak = Math.max(peak, used);
    return new Tensor(data, shape, type);
  }

  /// Remembers the current fill; closing it gives back everything taken since.
  public Mark mark() {
    return new Mark(this, used);
  }

  /// Gives back everything taken since a mark but one tensor, which moves down to where the mark
  /// was made. The mark stays valid. A tensor that was taken before the mark stays where it is, and
  /// so does one that its new place would overlap.
  ///
  /// @param move copies its second argument to its first, which has the same shape
  /// @return the tensor at its new place
  public Tensor keep(Mark since, Tensor kept, BiConsumer<Tensor, Tensor> move) {
    long bytes = roundUp(kept.bytes());
    long offset = kept.data().address() - block.slice(0, 0).address();
    if (offset < since.at) {
      release(since.at);
      return kept;
    }
    if (offset < since.at + bytes) {
      release(offset + bytes);
      return kept;
    }
    Tensor moved = new Tensor(block.slice(since.at, kept.bytes()), kept.shape(), kept.type());
    move.accept(moved, kept);
    release(since.at + bytes);
    return moved;
  }

  /// Gives everything back.
  public void reset() {
    release(0);
  }

  private void release(long to) {
    if (to > used) {
      throw new IllegalStateException(
          "workspace: marks must be closed in the reverse order of their making");
    }
    if (poison) {
      poison(to, used);
    }
    used = to;
  }

  private void poison(long from, long to) {
    MemorySegment bytes = block.slice(from, to - from);
    for (long i = 0; i + 4 <= bytes.byteSize(); i += 4) {
      bytes.set(ValueLayout.JAVA_INT, i, NAN_BITS);
    }
  }

  private static long roundUp(long bytes) {
    return Math.addExact(bytes, ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  @Override
  public void close() {
    block.close();
  }

  /// A remembered fill of a workspace.
  public static final class Mark implements AutoCloseable {
    private final Workspace workspace;
    private final long at;

    private Mark(Workspace workspace, long at) {
      this.workspace = workspace;
      this.at = at;
    }

    @Override
    public void close() {
      workspace.release(at);
    }
  }
}
