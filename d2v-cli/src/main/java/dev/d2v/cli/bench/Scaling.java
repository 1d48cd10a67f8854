package dev.d2v.cli.bench;

import dev.d2v.config.ConfigMapper;
import dev.d2v.model.train.Recipe;
import dev.d2v.model.train.StepPlan;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/// Time of an update against threads, batch, masks, tokens, depth and width: measured, and
/// predicted from one calibration.
///
/// ```text
/// t = F / f + S / s + n h
/// ```
///
/// F is the FLOPs of products, attention and convolutions that the plan counts, S the bytes that
/// all other kernels read and write, n the kernel calls. The rates f and s are those of a metered
/// run at the middle of all curves, and h is what is left of the time there, a call: handing out
/// parts, barriers, masks, indices. Threads are predicted as `t(1) / threads`.
final class Scaling {
  private static final long WARM_UP_NANOS = 12_000_000_000L;
  private static final long POINT_NANOS = 700_000_000L;
  private static final int MOST_UPDATES = 25;
  private static final int LEAST_UPDATES = 5;

  /// A small image model in the middle of all curves.
  private static final List<String> MIDDLE =
      List.of(
          "train.batch=16",
          "model.image.imageSize=28",
          "model.masksPerSample=8",
          "model.depth=4",
          "model.targets.topLayers=2",
          "model.image.prenet.depth=0");

  private final int threads;
  private final Consumer<String> progress;

  /// One curve.
  ///
  /// @param name of the axis
  /// @param points in ascending order of x
  record Curve(String name, List<Point> points) {}

  /// One point of a curve.
  ///
  /// @param x place on the axis
  /// @param seconds median of an update
  /// @param predicted seconds
  /// @param gflop that the plan counts
  record Point(double x, double seconds, double predicted, double gflop) {}

  /// A measured point that waits for its prediction.
  private record Measured(double x, double seconds, StepPlan plan) {}

  /// What the calibration gave.
  ///
  /// @param flopsPerSecond f
  /// @param bytesPerSecond s
  /// @param secondsPerCall h
  record Rates(double flopsPerSecond, double bytesPerSecond, double secondsPerCall) {
    double seconds(StepPlan plan) {
      return plan.flopsPerUpdate() / flopsPerSecond
          + plan.streamedBytes() / bytesPerSecond
          + plan.kernelCalls() * secondsPerCall;
    }
  }

  /// All curves.
  record Result(List<Curve> curves, Rates rates, int threads) {}

  /// A measurement with so many threads, which tells each point.
  Scaling(int threads, Consumer<String> progress) {
    this.threads = threads;
    this.progress = progress;
  }

  Result run() throws IOException {
    Rates rates = calibrate();
    List<Curve> curves = new ArrayList<>();
    curves.add(threads());
    curves.add(curve("batch B", rates, new int[] {4, 8, 16, 32}, x -> List.of("train.batch=" + x)));
    curves.add(
        curve(
            "masks M",
            rates,
            new int[] {1, 2, 4, 8, 16},
            x -> List.of("model.masksPerSample=" + x)));
    curves.add(
        curve(
            "tokens T",
            rates,
            new int[] {4, 5, 7, 10, 14},
            side -> List.of("model.image.imageSize=" + 4 * side)));
    curves.add(curve("depth L", rates, new int[] {2, 4, 8, 12}, x -> List.of("model.depth=" + x)));
    curves.add(
        curve(
            "width C",
            rates,
            new int[] {64, 128, 256, 384},
            x ->
                List.of(
                    "model.embedDim=" + x,
                    "model.heads=" + x / 32,
                    "model.image.decoder.dim=" + x)));
    return new Result(curves, rates, threads);
  }

  /// Settings for a place on an axis.
  private interface Settings {
    List<String> at(int x);
  }

  private static Recipe recipe(List<String> settings) {
    List<String> all = new ArrayList<>(MIDDLE);
    all.removeIf(old ->
        settings.stream().anyMatch(s -> s.startsWith(old.substring(0, old.indexOf('=') + 1))));
    all.addAll(settings);
    return ConfigMapper.with(ConfigMapper.recipe("fashion-mnist-small"), all);
  }

  private Rates calibrate() throws IOException {
    try (StepRig rig = new StepRig(recipe(List.of()), threads)) {
      long start = System.nanoTime();
      while (System.nanoTime() - start < WARM_UP_NANOS) {
        rig.update();
      }
      KernelTimes times = new KernelTimes();
      Runnable metered = rig.metered(times);
      metered.run();
      times.reset();
      int updates = 10;
      for (int i = 0; i < updates; i++) {
        metered.run();
      }
      double compute = 0;
      double stream = 0;
      for (KernelTimes.Row row : times.sorted()) {
        compute += row.flops() > 0 ? row.seconds() / updates : 0;
        stream += row.flops() > 0 ? 0 : row.seconds() / updates;
      }
      double rest = Math.max(0, median(rig) - compute - stream);
      StepPlan plan = rig.plan();
      return new Rates(
          plan.flopsPerUpdate() / compute,
          plan.streamedBytes() / stream,
          rest / plan.kernelCalls());
    }
  }

  private Curve threads() throws IOException {
    List<Measured> measured = new ArrayList<>();
    for (int n = 1; n < threads; n *= 2) {
      measured.add(measure("threads", n, recipe(List.of()), n));
    }
    measured.add(measure("threads", threads, recipe(List.of()), threads));
    double one = measured.getFirst().seconds;
    return new Curve("threads", measured.stream().map(m -> point(m, one / m.x)).toList());
  }

  private Curve curve(String name, Rates rates, int[] places, Settings settings)
      throws IOException {
    List<Point> points = new ArrayList<>();
    for (int x : places) {
      Recipe recipe = recipe(settings.at(x));
      double at = name.startsWith("tokens") ? (double) x * x : x;
      Measured m = measure(name, at, recipe, threads);
      points.add(point(m, rates.seconds(m.plan)));
    }
    return new Curve(name, points);
  }

  private static Point point(Measured m, double predicted) {
    return new Point(m.x, m.seconds, predicted, m.plan.flopsPerUpdate() / 1e9);
  }

  private Measured measure(String name, double x, Recipe recipe, int n) throws IOException {
    try (StepRig rig = new StepRig(recipe, n)) {
      rig.update();
      double seconds = median(rig);
      progress.accept(String.format(Locale.ROOT, "%s = %.0f: %.4f s", name, x, seconds));
      return new Measured(x, seconds, rig.plan());
    }
  }

  private static double median(StepRig rig) {
    long[] nanos = new long[MOST_UPDATES];
    long begin = System.nanoTime();
    int n = 0;
    while (n < MOST_UPDATES && (n < LEAST_UPDATES || System.nanoTime() - begin < POINT_NANOS)) {
      long start = System.nanoTime();
      rig.update();
      nanos[n++] = System.nanoTime() - start;
    }
    Arrays.sort(nanos, 0, n);
    return nanos[n / 2] / 1e9;
  }
}
