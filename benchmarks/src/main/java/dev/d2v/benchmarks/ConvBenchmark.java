package dev.d2v.benchmarks;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.ConvKernels;
import dev.d2v.tensor.kernel.ConvShape;
import dev.d2v.tensor.spi.CpuBackend;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// The decoders' convolutions, forward and backward. Products with the padding's zeros count as
/// work.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
// the first second is mostly the compiler's
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class ConvBenchmark {
  /// Which decoder.
  public enum Decoder {
    /// A few samples, for the test of this class.
    TINY,
    /// Small images: 16 channels a group.
    SMALL_IMAGES,
    /// The base image model: 48 channels a group.
    BASE_IMAGES;

    ConvShape shape() {
      return switch (this) {
        case TINY -> ConvShape.same2d(3, 5, 5, 32, 32, 3, 2);
        case SMALL_IMAGES -> ConvShape.same2d(512, 7, 7, 128, 128, 3, 8);
        case BASE_IMAGES -> ConvShape.same2d(256, 14, 14, 768, 768, 3, 16);
      };
    }
  }

  /// Which decoder.
  @Param({"SMALL_IMAGES", "BASE_IMAGES"})
  public Decoder decoder = Decoder.SMALL_IMAGES;

  /// Threads of the backend.
  @Param({"1", "2"})
  public int threads = 1;

  /// SCALAR or VECTOR.
  @Param("VECTOR")
  public CpuBackend.Option kernels = CpuBackend.Option.VECTOR;

  private @Nullable Convolution opened;

  /// For JMH.
  public ConvBenchmark() {}

  /// Opens the backend and fills the tensors.
  @Setup(Level.Trial)
  public void open() {
    opened = new Convolution(decoder.shape(), new Rig(threads, kernels, elements(decoder.shape())));
  }

  /// Closes the backend.
  @TearDown(Level.Trial)
  public void close() {
    opened().rig.close();
    opened = null;
  }

  /// y from x.
  @Benchmark
  public void forward(Work work) {
    Convolution z = opened();
    z.kernels().conv2dForward(z.y, z.x, z.w, z.bias, z.shape);
    count(work, z.shape);
  }

  /// dx from dy, in place of x.
  @Benchmark
  public void backwardInput(Work work) {
    Convolution z = opened();
    z.kernels().conv2dBackwardInput(z.x, z.y, z.w, z.shape);
    count(work, z.shape);
  }

  /// dw and dbias from dy.
  @Benchmark
  public void backwardWeight(Work work) {
    Convolution z = opened();
    z.kernels().conv2dBackwardWeight(z.dw, z.bias, z.y, z.x, z.shape);
    count(work, z.shape);
  }

  private static void count(Work work, ConvShape shape) {
    work.gigaflops += 2e-9 * shape.outRows() * shape.weightSize();
  }

  private static long elements(ConvShape shape) {
    return (long) shape.inRows() * shape.inChannels()
        + (long) shape.outRows() * shape.outChannels()
        + 2L * shape.weightSize()
        + shape.outChannels();
  }

  Convolution opened() {
    return Objects.requireNonNull(opened, "open() comes first");
  }

  /// One shape's tensors.
  static final class Convolution {
    final ConvShape shape;
    final Rig rig;
    final Tensor y;
    final Tensor x;
    final Tensor w;
    final Tensor dw;
    final Tensor bias;

    Convolution(ConvShape shape, Rig rig) {
      this.shape = shape;
      this.rig = rig;
      y = rig.normal(shape.outRows() * shape.outChannels());
      x = rig.normal(shape.inRows() * shape.inChannels());
      w = rig.normal(shape.weightSize());
      dw = rig.normal(shape.weightSize());
      bias = rig.normal(shape.outChannels());
    }

    ConvKernels kernels() {
      return rig.kernels().conv();
    }
  }
}
