package dev.d2v.cli.bench;

import dev.d2v.model.train.Recipe;
import dev.d2v.model.train.UpdateReport;
import dev.d2v.tensor.kernel.vector.Ceiling;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Times whole updates of a recipe on made-up samples; data loading is left out.
///
/// The FMA rate that the machine gives is sampled between the updates, and its median is the
/// ceiling: machines are shared, and a ratio to a ceiling of another minute says nothing. The best
/// rate seen is kept beside it.
public final class StepBench {
  private static final int ROUNDS = 5;
  private static final long SAMPLE_NANOS = 10_000_000;
  private static final long WARM_UP_NANOS = 20_000_000_000L;

  private StepBench() {}

  /// What was measured.
  ///
  /// @param secondsPerStep median over the updates
  /// @param flops planned for one update
  /// @param peakGflops FMA rate of as many threads, median over samples between the updates
  /// @param bestGflops the best of as many threads in the run
  /// @param gigabytes memory traffic that the machine gives over as many bytes as a call of each
  ///   kernel moves, 1e9 bytes a second, by kernel
  /// @param peakMemoryBytes most resident memory of the process
  /// @param planned what was expected to be resident
  /// @param heapBytesPerStep Java heap that all threads allocate in an update, median over the
  ///   updates: the first ones box vectors in code that is not compiled yet
  /// @param kernels time by kernel, from updates of their own
  /// @param profiledUpdates number of those
  /// @param extractor the layers of the feature extractor, if there is one, from the same updates
  /// @param description of the backend
  public record Result(
      double secondsPerStep,
      long flops,
      double peakGflops,
      double bestGflops,
      Map<String, Double> gigabytes,
      long peakMemoryBytes,
      ResidentMemory planned,
      long heapBytesPerStep,
      List<KernelTimes.Row> kernels,
      int profiledUpdates,
      List<ExtractorLayers> extractor,
      String description) {
    /// Speed, 1e9 operations a second.
    public double gflopsPerSecond() {
      return flops / secondsPerStep / 1e9;
    }

    /// Share of the FMA rate.
    public double peakShare() {
      return gflopsPerSecond() / peakGflops;
    }
  }

  /// Another engine, which has its turns between d2v's updates.
  public interface Interlude {
    /// Nobody else.
    Interlude NONE =
        new Interlude() {
          @Override
          public void opened(StepRig rig) {}

          @Override
          public void begun(UpdateReport first) {}

          @Override
          public void turn(double seconds) {}
        };

    /// Before the first update.
    void opened(StepRig rig) throws IOException;

    /// After it.
    void begun(UpdateReport first) throws IOException;

    /// After each round of updates, which took so long.
    void turn(double seconds) throws IOException;
  }

  static Result run(Recipe recipe, int threads, int updates) throws IOException {
    return run(recipe, threads, updates, Interlude.NONE);
  }

  /// Measures in five rounds, fewer where there are fewer updates.
  public static Result run(Recipe recipe, int threads, int updates, Interlude interlude)
      throws IOException {
    double best = Ceiling.fmaGflops(threads);
    try (StepRig rig = new StepRig(recipe, threads)) {
      interlude.opened(rig);
      interlude.begun(rig.update());
      boolean brief = warmUp(rig, Math.max(4, updates / 2 - 1));
      long[] nanos = new long[updates];
      double[] peaks = new double[updates];
      long[] heap = new long[updates];
      int rounds = Math.min(ROUNDS, updates);
      for (int round = 0; round < rounds; round++) {
        long sum = 0;
        for (int i = updates * round / rounds; i < updates * (round + 1) / rounds; i++) {
          peaks[i] = Ceiling.fmaGflopsNow(threads, SAMPLE_NANOS);
          long before = StepRig.allocated();
          long start = System.nanoTime();
          rig.update();
          nanos[i] = System.nanoTime() - start;
          heap[i] = StepRig.allocated() - before;
          sum += nanos[i];
        }
        interlude.turn(sum / 1e9);
      }
      KernelTimes times = new KernelTimes();
      int profiled = Math.max(1, Math.min(5, updates));
      profile(rig, times, brief, profiled);
      best = Math.max(best, Ceiling.fmaGflops(threads));
      Arrays.sort(nanos);
      Arrays.sort(peaks);
      Arrays.sort(heap);
      long most = ResidentMemory.most();
      return new Result(
          nanos[updates / 2] / 1e9,
          rig.plan().flopsPerUpdate(),
          peaks[updates / 2],
          best,
          bandwidths(times, threads),
          most,
          rig.expected(),
          heap[updates / 2],
          times.sorted(),
          profiled,
          ExtractorLayers.of(recipe, times),
          rig.description());
    }
  }

  /// What memory gives over as many bytes as a call of each kernel moves. It takes memory itself,
  /// so it comes after that of the updates was read.
  private static Map<String, Double> bandwidths(KernelTimes times, int threads) {
    Ceiling.memoryGigabytesPerSecond(1);
    Map<String, Double> bandwidths = new LinkedHashMap<>();
    for (KernelTimes.Row k : times.sorted()) {
      long bytes = Math.max(1, k.bytes() / k.calls());
      bandwidths.put(k.kernel(), Ceiling.memoryGigabytesPerSecondNow(threads, bytes, SAMPLE_NANOS));
    }
    return bandwidths;
  }

  /// Metered updates, the first of which does not count unless updates take long.
  private static void profile(StepRig rig, KernelTimes times, boolean brief, int updates) {
    Runnable metered = rig.metered(times);
    if (!brief) {
      metered.run();
      times.reset();
    }
    for (int i = 0; i < updates; i++) {
      metered.run();
    }
  }

  /// Updates before the timed ones, fewer where they take long: by then all is compiled.
  ///
  /// @return whether they were cut short
  private static boolean warmUp(StepRig rig, int updates) {
    long start = System.nanoTime();
    for (int i = 0; i < updates; i++) {
      rig.update();
      if (System.nanoTime() - start > WARM_UP_NANOS) {
        return true;
      }
    }
    return false;
  }
}
