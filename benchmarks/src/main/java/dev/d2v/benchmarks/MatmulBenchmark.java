package dev.d2v.benchmarks;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.MatmulKernels;
import dev.d2v.tensor.spi.CpuBackend;
import java.util.Arrays;
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

/// The products of the small and the base image model: forward (NT), backward to the input (NN) and
/// to the weight (TN).
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
// the first second is mostly the compiler's
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class MatmulBenchmark {
  /// Kind and m, n, k of [MatmulKernels].
  @Param({
    "NT:5120x384x128",
    "NT:5120x128x128",
    "NT:5120x512x128",
    "NT:5120x128x512",
    "NT:3200x384x128",
    "NTGelu:5120x512x128",
    "NN:5120x128x384",
    "NN:5120x128x512",
    "NNGelu:5120x512x128",
    "TN:384x128x5120",
    "TN:128x128x5120",
    "TN:512x128x5120",
    "TN:128x512x5120",
    "NT:10240x2304x768",
    "NT:10240x768x768",
    "NT:10240x3072x768",
    "NT:10240x768x3072",
    "NT:1970x3072x768",
    "NN:10240x768x2304",
    "TN:2304x768x10240"
  })
  public String product = "NT:5120x384x128";

  /// Threads of the backend.
  @Param({"1", "2"})
  public int threads = 1;

  /// SCALAR or VECTOR.
  @Param("VECTOR")
  public CpuBackend.Option kernels = CpuBackend.Option.VECTOR;

  private @Nullable Product opened;

  /// For JMH.
  public MatmulBenchmark() {}

  /// Opens the backend and fills the tensors.
  @Setup(Level.Trial)
  public void open() {
    opened = new Product(product, threads, kernels);
  }

  /// Closes the backend.
  @TearDown(Level.Trial)
  public void close() {
    opened().rig.close();
    opened = null;
  }

  /// One product.
  @Benchmark
  public void multiply(Work work) {
    Product p = opened();
    p.run();
    work.gigaflops += 2e-9 * p.m * p.n * p.k;
  }

  Product opened() {
    return Objects.requireNonNull(opened, "open() comes first");
  }

  /// One parameter's tensors.
  static final class Product {
    final Rig rig;
    final String kind;
    final int m;
    final int n;
    final int k;
    final Tensor c;
    final Tensor a;
    final Tensor b;
    final Tensor bias;
    final Tensor pre;

    Product(String spec, int threads, CpuBackend.Option option) {
      int colon = spec.indexOf(':');
      kind = spec.substring(0, colon);
      int[] sizes =
          Arrays.stream(spec.substring(colon + 1).split("x", -1))
              .mapToInt(Integer::parseInt)
              .toArray();
      m = sizes[0];
      n = sizes[1];
      k = sizes[2];
      rig = new Rig(threads, option, 2L * m * n + (long) m * k + (long) n * k + n);
      c = rig.normal(m * n);
      a = rig.normal(m * k);
      b = rig.normal(n * k);
      bias = rig.normal(n);
      pre = rig.normal(m * n);
    }

    void run() {
      MatmulKernels matmul = rig.kernels().matmul();
      switch (kind) {
        case "NN" -> matmul.matmulNN(c, a, b, null, m, n, k);
        case "NT" -> matmul.matmulNT(c, a, b, bias, null, m, n, k);
        case "NTGelu" -> matmul.matmulNTGelu(c, pre, a, b, bias, m, n, k);
        case "NNGelu" -> matmul.matmulNNGeluBackward(c, a, b, pre, m, n, k);
        case "TN" -> matmul.matmulTN(c, a, b, m, n, k);
        default ->
            throw new IllegalArgumentException(
                "product must start with NN, NT, NTGelu, NNGelu or TN, got " + kind);
      }
    }
  }
}
