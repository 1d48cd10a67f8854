package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.Lanes.F;
import static dev.d2v.tensor.kernel.vector.Lanes.ORDER;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.DoubleSupplier;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/// What this machine can do at most, measured in a few tenths of a second each: the ceilings that
/// kernels are compared with. Clock rates change within seconds, so measure before and after what
/// is compared.
public final class Ceiling {
  /// A measurement ends when it has not improved for so long, or after LONGEST_NANOS.
  private static final long QUIET_NANOS = 150_000_000;

  private static final long LONGEST_NANOS = 2_000_000_000;
  private static final int STEPS = 4_000;
  private static final int SUMS = 12;
  private static final long BYTES = 64L << 20;

  /// Nanoseconds a step above which the loop cannot have been compiled yet: an interpreter puts
  /// each vector on the heap.
  private static final double INTERPRETED_PRODUCT = 4;

  private static final double INTERPRETED_TRIAD = 60;

  private Ceiling() {}

  /// Multiply-adds in registers, each counted as two operations, in 1e9 operations per second by so
  /// many threads at once. The best stretch of each thread counts.
  public static double fmaGflops(int threads) {
    double operations = 2.0 * SUMS * F.length() * STEPS;
    return sumOver(
        threads,
        () -> operations / bestNanos(SUMS * STEPS * INTERPRETED_PRODUCT, () -> products(STEPS)));
  }

  /// The same at this moment: the mean rate over `nanos` of each thread, to be taken between the
  /// runs of what is compared. On a shared machine it is what another program leaves.
  public static double fmaGflopsNow(int threads, long nanos) {
    double operations = 2.0 * SUMS * F.length() * STEPS;
    return sumOver(
        threads,
        () -> {
          long start = System.nanoTime();
          long now = start;
          long runs = 0;
          double results = 0;
          while (now - start < nanos) {
            results += products(STEPS);
            runs++;
            now = System.nanoTime();
          }
          return Double.isNaN(results) ? Double.NaN : operations * runs / (now - start);
        });
  }

  /// Memory traffic of `a = b + s * c` over segments larger than the caches, in 1e9 bytes per
  /// second by so many threads at once: two reads and one write, each counted once.
  public static double memoryGigabytesPerSecond(int threads) {
    long each = Math.ceilDiv(Math.ceilDiv(BYTES, threads), 64) * 64;
    double steps = (double) each / F.vectorByteSize();
    return sumOver(
        threads,
        () -> {
          try (Arena arena = Arena.ofConfined()) {
            MemorySegment a = arena.allocate(each, 64);
            MemorySegment b = arena.allocate(each, 64);
            MemorySegment c = arena.allocate(each, 64);
            b.fill((byte) 1);
            c.fill((byte) 1);
            return 3.0 * (double) each / bestNanos(steps * INTERPRETED_TRIAD, () -> triad(a, b, c));
          }
        });
  }

  /// The same traffic over `bytes` in all, by so many threads at once, at this moment: the mean
  /// rate over `nanos`. What fits the caches is faster than memory; a kernel's ceiling is that of
  /// its own working set.
  public static double memoryGigabytesPerSecondNow(int threads, long bytes, long nanos) {
    int step = F.vectorByteSize();
    long each = Math.max(1, Math.ceilDiv(bytes, 3L * threads * step)) * step;
    return sumOver(
        threads,
        () -> {
          try (Arena arena = Arena.ofConfined()) {
            MemorySegment a = arena.allocate(each, 64);
            MemorySegment b = arena.allocate(each, 64);
            MemorySegment c = arena.allocate(each, 64);
            double results = triad(a, b, c);
            long start = System.nanoTime();
            long now = start;
            long runs = 0;
            while (now - start < nanos) {
              results += triad(a, b, c);
              runs++;
              now = System.nanoTime();
            }
            return Double.isNaN(results) ? Double.NaN : 3.0 * each * runs / (now - start);
          }
        });
  }

  /// Shortest time of one run of `body`, whose result keeps the compiler from leaving it out.
  private static double bestNanos(double interpreted, DoubleSupplier body) {
    double best = Double.MAX_VALUE;
    double results = 0;
    long start = System.nanoTime();
    long improved = start;
    long before = start;
    while ((before - improved < QUIET_NANOS || best > interpreted)
        && before - start < LONGEST_NANOS) {
      results += body.getAsDouble();
      long after = System.nanoTime();
      long nanos = Math.max(1, after - before);
      if (nanos < 0.99 * best) {
        improved = after;
      }
      best = Math.min(best, (double) nanos);
      before = after;
    }
    return Double.isNaN(results) ? Double.NaN : best;
  }

  private static double sumOver(int threads, DoubleSupplier measurement) {
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      List<Future<Double>> running = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        running.add(executor.submit(measurement::getAsDouble));
      }
      double sum = 0;
      for (Future<Double> each : running) {
        sum += each.get();
      }
      return sum;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while measuring the machine", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("measuring the machine failed: " + e.getCause(), e);
    }
  }

  /// Twelve chains of multiply-adds: more than latency times ports, fewer than 16 registers. Twice
  /// twelve in a step make the method too large to be inlined: compiled as a part of its caller,
  /// the chains were put one behind the other, which halved the rate.
  private static double products(int steps) {
    FloatVector x = FloatVector.broadcast(F, 0.999f);
    FloatVector y = FloatVector.broadcast(F, 0.001f);
    FloatVector c0 = x, c1 = x, c2 = x, c3 = x, c4 = x, c5 = x;
    FloatVector c6 = y, c7 = y, c8 = y, c9 = y, c10 = y, c11 = y;
    for (int i = 0; i < steps; i += 2) {
      c0 = x.fma(y, c0);
      c1 = x.fma(y, c1);
      c2 = x.fma(y, c2);
      c3 = x.fma(y, c3);
      c4 = x.fma(y, c4);
      c5 = x.fma(y, c5);
      c6 = x.fma(y, c6);
      c7 = x.fma(y, c7);
      c8 = x.fma(y, c8);
      c9 = x.fma(y, c9);
      c10 = x.fma(y, c10);
      c11 = x.fma(y, c11);
      c0 = x.fma(y, c0);
      c1 = x.fma(y, c1);
      c2 = x.fma(y, c2);
      c3 = x.fma(y, c3);
      c4 = x.fma(y, c4);
      c5 = x.fma(y, c5);
      c6 = x.fma(y, c6);
      c7 = x.fma(y, c7);
      c8 = x.fma(y, c8);
      c9 = x.fma(y, c9);
      c10 = x.fma(y, c10);
      c11 = x.fma(y, c11);
    }
    FloatVector low = c0.add(c1).add(c2).add(c3).add(c4).add(c5);
    FloatVector high = c6.add(c7).add(c8).add(c9).add(c10).add(c11);
    return low.add(high).reduceLanes(VectorOperators.ADD);
  }

  private static double triad(MemorySegment a, MemorySegment b, MemorySegment c) {
    FloatVector s = FloatVector.broadcast(F, 3f);
    long step = F.vectorByteSize();
    for (long i = 0; i <= a.byteSize() - step; i += step) {
      FloatVector.fromMemorySegment(F, c, i, ORDER)
          .fma(s, FloatVector.fromMemorySegment(F, b, i, ORDER))
          .intoMemorySegment(a, i, ORDER);
    }
    return a.get(ValueLayout.JAVA_FLOAT, 0);
  }
}
