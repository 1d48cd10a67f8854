package dev.d2v.tensor.spi;

import dev.d2v.tensor.DType;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.Kernels;
import dev.d2v.tensor.kernel.scalar.ScalarKernels;
import dev.d2v.tensor.kernel.vector.VectorKernels;
import dev.d2v.tensor.parallel.RowParallel;
import dev.d2v.tensor.parallel.Scratch;
import dev.d2v.tensor.parallel.SpinningPool;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The processor: off-heap memory and the scalar or vector kernels over threads of its own.
public final class CpuBackend implements Backend {
  private final RowParallel parallel;
  private final Scratch scratch;
  private final Kernels kernels;
  private final String description;

  private CpuBackend(RowParallel parallel, Scratch scratch, Kernels kernels, String description) {
    this.parallel = parallel;
    this.scratch = scratch;
    this.kernels = kernels;
    this.description = description;
  }

  /// Which kernels to use.
  public enum Option {
    /// The scalar reference.
    SCALAR,
    /// The Vector API at the preferred width, or at the one that `-Dd2v.vectorBits` forces.
    VECTOR;

    /// `-Dd2v.vectorBits=0` gives the scalar kernels, anything else the vector ones; without the
    /// module jdk.incubator.vector only the scalar ones are there.
    public static Option fromProperties() {
      boolean present = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
      return !present || Integer.getInteger("d2v.vectorBits", -1) == 0 ? SCALAR : VECTOR;
    }
  }

  /// Opens the backend with so many threads, the caller's included.
  public static CpuBackend open(int threads, Option option) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1, got " + threads);
    }
    RowParallel parallel = new SpinningPool(threads);
    Scratch scratch = new Scratch(threads);
    return switch (option) {
      case SCALAR ->
          new CpuBackend(
              parallel,
              scratch,
              ScalarKernels.over(parallel),
              "scalar kernels, " + threads + " threads");
      case VECTOR ->
          new CpuBackend(
              parallel,
              scratch,
              VectorKernels.over(parallel, scratch),
              VectorKernels.bits() + "-bit vector kernels, " + threads + " threads");
    };
  }

  @Override
  public String name() {
    return "cpu";
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public Kernels kernels() {
    return kernels;
  }

  @Override
  public MemoryBlock allocate(long bytes) {
    Arena arena = Arena.ofShared();
    try {
      return new Block(arena, HostMemory.allocate(arena, bytes));
    } catch (OutOfMemoryError e) {
      arena.close();
      throw new IllegalStateException(
          "cannot allocate " + bytes + " bytes of native memory: " + e.getMessage(), e);
    }
  }

  /// True: see [HostMemory].
  @Override
  public boolean zeroed() {
    return true;
  }

  /// True: an upload is a copy within the host's memory.
  @Override
  public boolean sharesUploads() {
    return true;
  }

  @Override
  public void upload(Tensor target, MemorySegment source) {
    if (target.bytes() != source.byteSize()) {
      throw new IllegalArgumentException(
          "upload: the tensor is %s, the source has %d bytes".formatted(target, source.byteSize()));
    }
    target.data().copyFrom(source);
  }

  @Override
  public void upload(Tensor target, float[] source) {
    check("upload", target, DType.F32, source.length);
    MemorySegment.copy(source, 0, target.data(), ValueLayout.JAVA_FLOAT, 0, source.length);
  }

  @Override
  public void upload(Tensor target, int[] source) {
    check("upload", target, DType.I32, source.length);
    MemorySegment.copy(source, 0, target.data(), ValueLayout.JAVA_INT, 0, source.length);
  }

  @Override
  public void upload(Tensor target, byte[] source) {
    check("upload", target, DType.I8, source.length);
    MemorySegment.copy(source, 0, target.data(), ValueLayout.JAVA_BYTE, 0, source.length);
  }

  @Override
  public void upload(Tensor target, short[] source) {
    check("upload", target, DType.BF16, source.length);
    MemorySegment.copy(source, 0, target.data(), ValueLayout.JAVA_SHORT, 0, source.length);
  }

  @Override
  public void download(float[] target, Tensor source) {
    check("download", source, DType.F32, target.length);
    MemorySegment.copy(source.data(), ValueLayout.JAVA_FLOAT, 0, target, 0, target.length);
  }

  @Override
  public void download(int[] target, Tensor source) {
    check("download", source, DType.I32, target.length);
    MemorySegment.copy(source.data(), ValueLayout.JAVA_INT, 0, target, 0, target.length);
  }

  @Override
  public void download(byte[] target, Tensor source) {
    check("download", source, DType.I8, target.length);
    MemorySegment.copy(source.data(), ValueLayout.JAVA_BYTE, 0, target, 0, target.length);
  }

  @Override
  public void download(short[] target, Tensor source) {
    check("download", source, DType.BF16, target.length);
    MemorySegment.copy(source.data(), ValueLayout.JAVA_SHORT, 0, target, 0, target.length);
  }

  private static void check(String operation, Tensor tensor, DType type, int length) {
    if (tensor.type() != type || tensor.size() != length) {
      throw new IllegalArgumentException(
          "%s: the tensor is %s, the array has %d %s elements"
              .formatted(operation, tensor, length, type));
    }
  }

  @Override
  public void synchronize() {}

  @Override
  public void close() {
    parallel.close();
    scratch.close();
  }

  private record Block(Arena arena, MemorySegment data) implements MemoryBlock {
    @Override
    public long bytes() {
      return data.byteSize();
    }

    @Override
    public MemorySegment slice(long offset, long length) {
      return data.asSlice(offset, length);
    }

    @Override
    public void close() {
      arena.close();
    }
  }
}
