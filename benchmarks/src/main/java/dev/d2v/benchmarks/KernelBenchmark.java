package dev.d2v.benchmarks;

import dev.d2v.benchmarks.compare.Case;
import dev.d2v.benchmarks.compare.D2vEngine;
import dev.d2v.benchmarks.compare.Operation;
import dev.d2v.benchmarks.compare.Suite;
import dev.d2v.benchmarks.compare.Task;
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

/// What the benchmarks of all families do: open a case, run it, count.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
// the first second is mostly the compiler's
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "--add-modules=jdk.incubator.vector",
      "--enable-native-access=ALL-UNNAMED",
      "-XX:+UseSerialGC"
    })
public abstract class KernelBenchmark {
  private static final int POLLUTING_RUNS = 200;

  /// Threads of the backend.
  @Param({"1", "2"})
  public int threads = 1;

  /// SCALAR or VECTOR.
  @Param("VECTOR")
  public CpuBackend.Option kernels = CpuBackend.Option.VECTOR;

  /// Whether all other kernels run first, on small shapes: what the compiler has seen by then is
  /// what it has seen in a training step.
  @Param("false")
  public boolean pollute;

  private @Nullable D2vEngine engine;
  private @Nullable Task task;
  private long flops;
  private long bytes;

  /// For subclasses, which name their cases.
  KernelBenchmark() {}

  /// The case as text.
  abstract String which();

  /// Opens the backend and fills the tensors.
  @Setup(Level.Trial)
  public void open() {
    Case z = Case.parse(which());
    engine = new D2vEngine(threads, kernels);
    if (pollute) {
      for (Operation operation : Suite.kernels()) {
        try (Task other = engine.open(Suite.small(operation)).orElseThrow()) {
          for (int i = 0; i < POLLUTING_RUNS; i++) {
            other.run();
          }
        }
      }
    }
    task = engine.open(z).orElseThrow();
    flops = z.flops();
    bytes = z.bytes();
  }

  /// Closes the backend.
  @TearDown(Level.Trial)
  public void close() {
    opened().close();
    Objects.requireNonNull(engine).close();
    task = null;
    engine = null;
  }

  /// One call of the kernel.
  @Benchmark
  public void run(Work work) {
    opened().run();
    work.gigaflops += 1e-9 * flops;
    work.gigabytes += 1e-9 * bytes;
  }

  Task opened() {
    return Objects.requireNonNull(task, "open() comes first");
  }
}
