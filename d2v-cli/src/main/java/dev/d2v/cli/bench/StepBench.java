package dev.d2v.cli.bench;

import dev.d2v.cli.job.Machine;
import dev.d2v.model.Batch;
import dev.d2v.model.Data2Vec2;
import dev.d2v.model.text.TextConfig;
import dev.d2v.model.train.BatchSource;
import dev.d2v.model.train.Pretrainer;
import dev.d2v.model.train.Recipe;
import dev.d2v.model.train.StepPlan;
import dev.d2v.tensor.Workspace;
import dev.d2v.tensor.kernel.MeteredKernels;
import dev.d2v.tensor.kernel.vector.Ceiling;
import dev.d2v.tensor.random.RandomStream;
import dev.d2v.tensor.spi.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Times whole updates of a recipe on made-up samples; data loading is left out.
///
/// The FMA rate that the machine gives is sampled between the updates, and its median is the
/// ceiling: machines are shared, and a ratio to a ceiling of another minute says nothing. The best
/// rate seen is kept beside it.
public final class StepBench {
  private static final long SAMPLE_NANOS = 10_000_000;
  private static final long WARM_UP_NANOS = 20_000_000_000L;

  private StepBench() {}

  /// What was measured.
  ///
  /// @param secondsPerStep median over the updates
  /// @param flops planned for one update
  /// @param peakGflops FMA rate of as many threads, median over samples between the updates
  /// @param bestGflops the best of as many threads in the run
  /// @param peakMemoryBytes most resident memory of the process
  /// @param plannedBytes off-heap memory that the plan says
  /// @param heapBytesPerStep Java heap that the driving thread allocates in an update, median over
  ///   the updates: the first ones box vectors in code that is not compiled yet
  /// @param kernels time by kernel, from updates of their own
  /// @param profiledUpdates number of those
  /// @param description of the backend
  record Result(
      double secondsPerStep,
      long flops,
      double peakGflops,
      double bestGflops,
      long peakMemoryBytes,
      long plannedBytes,
      long heapBytesPerStep,
      List<KernelTimes.Row> kernels,
      int profiledUpdates,
      String description) {
    double gflopsPerSecond() {
      return flops / secondsPerStep / 1e9;
    }

    double peakShare() {
      return gflopsPerSecond() / peakGflops;
    }
  }

  static Result run(Recipe recipe, int threads, int updates) throws IOException {
    StepPlan plan = StepPlan.of(recipe);
    Machine.require(plan);
    List<Batch> made = new ArrayList<>();
    for (Batch.Shape shape : recipe.largestBatches()) {
      made.add(noise(shape, recipe));
    }
    BatchSource source =
        (turn, micro) ->
            made.stream().filter(m -> m.key().equals(turn.key())).findFirst().orElseThrow();
    double best = Ceiling.fmaGflops(threads);
    try (Backend backend = Backend.cpu(threads);
        Data2Vec2 model = Data2Vec2.training(recipe.model(), backend);
        Workspace workspace = Workspace.of(backend, plan.workspaceBytes())) {
      model.memory().initialize(recipe.train().seed());
      Pretrainer trainer = new Pretrainer(recipe, model, workspace, backend.kernels());
      boolean brief = warmUp(trainer, source, Math.max(5, updates / 2));
      long[] nanos = new long[updates];
      double[] peaks = new double[updates];
      long[] heap = new long[updates];
      for (int i = 0; i < updates; i++) {
        peaks[i] = Ceiling.fmaGflopsNow(threads, SAMPLE_NANOS);
        long before = allocated();
        long start = System.nanoTime();
        trainer.update(source);
        nanos[i] = System.nanoTime() - start;
        heap[i] = allocated() - before;
      }
      KernelTimes times = new KernelTimes();
      Pretrainer metered =
          new Pretrainer(recipe, model, workspace, MeteredKernels.of(backend.kernels(), times));
      metered.resumeAt(trainer.updates());
      if (!brief) {
        metered.update(source);
        times.reset();
      }
      int profiled = Math.max(1, Math.min(5, updates));
      for (int i = 0; i < profiled; i++) {
        metered.update(source);
      }
      best = Math.max(best, Ceiling.fmaGflops(threads));
      Arrays.sort(nanos);
      Arrays.sort(peaks);
      Arrays.sort(heap);
      return new Result(
          nanos[updates / 2] / 1e9,
          plan.flopsPerUpdate(),
          peaks[updates / 2],
          best,
          peakResident(),
          plan.parameterBytes() + plan.workspaceBytes(),
          heap[updates / 2],
          times.sorted(),
          profiled,
          backend.description());
    }
  }

  /// Updates before the timed ones, fewer where they take long: by then all is compiled.
  ///
  /// @return whether they were cut short
  private static boolean warmUp(Pretrainer trainer, BatchSource source, int updates) {
    long start = System.nanoTime();
    for (int i = 0; i < updates; i++) {
      trainer.update(source);
      if (System.nanoTime() - start > WARM_UP_NANOS) {
        return true;
      }
    }
    return false;
  }

  /// A batch of made-up samples: normal noise, or tokens all over the vocabulary.
  private static Batch noise(Batch.Shape shape, Recipe recipe) {
    RandomStream random = new RandomStream(1, 0, 0, 0);
    return switch (shape.zeros()) {
      case Batch.Images images ->
          new Batch.Images(normal(images.pixels(), random), shape.samples());
      case Batch.Waves waves ->
          new Batch.Waves(normal(waves.waves(), random), shape.samples(), null);
      case Batch.Texts texts -> {
        int words = ((TextConfig) recipe.model().modality("TEXT")).vocabulary();
        for (int i = 0; i < texts.ids().length; i++) {
          texts.ids()[i] = 4 + random.nextInt(words - 4);
        }
        yield texts;
      }
    };
  }

  private static float[] normal(float[] values, RandomStream random) {
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static long allocated() {
    return java.lang.management.ManagementFactory.getThreadMXBean()
            instanceof com.sun.management.ThreadMXBean threads
        ? threads.getCurrentThreadAllocatedBytes()
        : 0;
  }

  /// VmHWM of /proc/self/status; 0 on systems without it.
  private static long peakResident() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.isReadable(status)) {
      return 0;
    }
    for (String line : Files.readAllLines(status)) {
      if (line.startsWith("VmHWM:")) {
        return 1024 * Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    return 0;
  }
}
