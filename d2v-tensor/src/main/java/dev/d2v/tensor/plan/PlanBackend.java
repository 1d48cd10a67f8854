package dev.d2v.tensor.plan;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.Kernels;
import dev.d2v.tensor.kernel.Meter;
import dev.d2v.tensor.kernel.MeteredKernels;
import dev.d2v.tensor.kernel.scalar.ScalarKernels;
import dev.d2v.tensor.parallel.RowParallel;
import dev.d2v.tensor.spi.Backend;
import dev.d2v.tensor.spi.MemoryBlock;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// A backend that does nothing but count: its memory is addresses without bytes, its kernels add up
/// FLOPs. Running a forward and a backward on it gives the peak of a workspace and the work of a
/// step before anything is allocated.
public final class PlanBackend implements Backend {
  private long flops;
  private long calls;
  private long streamedBytes;
  private long allocatedBytes;
  private @Nullable Kernels kernels;

  /// A new plan, all counts zero.
  public PlanBackend() {}

  /// FLOPs of the matrix products, attentions and convolutions asked for so far; a multiplication
  /// and an addition count two.
  public long flops() {
    return flops;
  }

  /// Kernel calls so far.
  public long calls() {
    return calls;
  }

  /// Bytes that kernels without FLOPs read and write, each tensor of a call once.
  public long streamedBytes() {
    return streamedBytes;
  }

  /// Bytes of all blocks asked for so far.
  public long allocatedBytes() {
    return allocatedBytes;
  }

  /// Starts counting FLOPs, bytes and calls from zero.
  public void resetCounts() {
    flops = 0;
    calls = 0;
    streamedBytes = 0;
  }

  @Override
  public String name() {
    return "plan";
  }

  @Override
  public String description() {
    return "counts, computes nothing";
  }

  @Override
  public Kernels kernels() {
    // Made when they are asked for: a plan of weights alone needs none, and opens a model sooner.
    Kernels known = kernels;
    if (known == null) {
      Meter meter =
          (kernel, f, bytes, body) -> {
            flops += f;
            calls++;
            streamedBytes += f == 0 ? bytes : 0;
          };
      known = MeteredKernels.of(ScalarKernels.over(new NoThreads()), meter);
      kernels = known;
    }
    return known;
  }

  @Override
  public MemoryBlock allocate(long bytes) {
    allocatedBytes += bytes;
    return new Addresses(bytes);
  }

  /// True: there are no bytes to be zeroed.
  @Override
  public boolean zeroed() {
    return true;
  }

  @Override
  public void upload(Tensor target, MemorySegment source) {}

  @Override
  public void upload(Tensor target, float[] source) {}

  @Override
  public void upload(Tensor target, int[] source) {}

  @Override
  public void upload(Tensor target, byte[] source) {}

  @Override
  public void upload(Tensor target, short[] source) {}

  @Override
  public void download(byte[] target, Tensor source) {}

  @Override
  public void download(short[] target, Tensor source) {}

  @Override
  public void download(float[] target, Tensor source) {}

  @Override
  public void download(int[] target, Tensor source) {}

  @Override
  public void synchronize() {}

  @Override
  public void close() {}

  private record Addresses(long bytes) implements MemoryBlock {
    @Override
    public MemorySegment slice(long offset, long length) {
      return MemorySegment.ofAddress(64 + offset);
    }

    @Override
    public void close() {}
  }

  private static final class NoThreads implements RowParallel {
    @Override
    public int threads() {
      return 1;
    }

    @Override
    public void run(int parts, Body body) {
      throw new IllegalStateException("a plan runs no kernel");
    }

    @Override
    public void close() {}
  }
}
