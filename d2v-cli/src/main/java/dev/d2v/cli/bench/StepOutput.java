package dev.d2v.cli.bench;

import dev.d2v.model.train.Recipe;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What `bench step` shows of its result: text, rows of a report, JSON.
///
/// @param recipe what was trained
/// @param options what was asked for
/// @param result what was measured
public record StepOutput(Recipe recipe, StepOptions options, StepBench.Result result) {
  /// The text.
  public void print(PrintStream out) {
    line(
        out,
        "%s, B = %d, M = %d; %s",
        recipe.name(),
        recipe.train().batch(),
        recipe.model().masksPerSample(),
        result.description());
    line(out, "median of %d updates   %.4f s", options.updates(), result.secondsPerStep());
    line(out, "planned work          %.2f GFLOP", result.flops() / 1e9);
    line(
        out,
        "speed                 %.1f GFLOP/s, %.1f %% of the FMA peak of %.1f GFLOP/s between the updates",
        result.gflopsPerSecond(),
        100 * result.peakShare(),
        result.peakGflops());
    line(out, "best FMA peak         %.1f GFLOP/s in this run", result.bestGflops());
    ResidentMemory planned = result.planned();
    line(
        out,
        "memory                %.0f MiB resident at most, %.0f MiB expected (%+.1f %%)",
        result.peakMemoryBytes() / 0x1p20,
        planned.totalBytes() / 0x1p20,
        100.0 * result.peakMemoryBytes() / planned.totalBytes() - 100);
    line(
        out,
        "expected              %.0f MiB parameters, moments and teacher; %.0f MiB a step; %.0f MiB JVM, code, packed weights, samples",
        planned.parameterBytes() / 0x1p20,
        planned.workspaceBytes() / 0x1p20,
        (planned.totalBytes() - planned.parameterBytes() - planned.workspaceBytes()) / 0x1p20);
    line(out, "Java heap             %,d bytes an update", result.heapBytesPerStep());
    line(out, "");
    kernels(out);
    extractor(out);
  }

  private void kernels(PrintStream out) {
    line(out, "%-24s %6s %9s %6s %9s %9s", "kernel", "calls", "ms", "share", "GFLOP/s", "GB/s");
    double sum = result.kernels().stream().mapToDouble(KernelTimes.Row::seconds).sum();
    for (KernelTimes.Row k : result.kernels()) {
      line(
          out,
          "%-24s %6d %9.2f %5.1f%% %9s %9.1f",
          k.kernel(),
          k.calls() / result.profiledUpdates(),
          1e3 * k.seconds() / result.profiledUpdates(),
          100 * k.seconds() / sum,
          k.gflopsPerSecond() > 0 ? String.format(Locale.ROOT, "%.1f", k.gflopsPerSecond()) : "",
          k.gigabytesPerSecond());
    }
  }

  private void extractor(PrintStream out) {
    if (result.extractor().stream().allMatch(layer -> layer.forward() == null)) {
      return;
    }
    line(out, "");
    line(out, "%-40s %9s %9s %9s", "extractor, GFLOP/s", "forward", "to input", "to weight");
    for (ExtractorLayers layer : result.extractor()) {
      line(
          out,
          "%-40s %9s %9s %9s",
          String.format(
              Locale.ROOT,
              "layer %d: %d to %d, K = %d, stride %d, %,d places",
              layer.number(),
              layer.in(),
              layer.layer().channels(),
              layer.layer().kernel(),
              layer.layer().stride(),
              layer.outputs()),
          rate(layer.forward()),
          rate(layer.backwardInput()),
          rate(layer.backwardWeight()));
    }
  }

  private static String rate(KernelTimes.@Nullable Row row) {
    return row == null ? "" : String.format(Locale.ROOT, "%.1f", row.gflopsPerSecond());
  }

  private static void line(PrintStream out, String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values));
  }

  /// The rows of a report: the update, with what rivals took, and each kernel in it.
  ///
  /// @param rivals outcomes by [Contender#column]
  public List<Row> rows(Map<String, Row.Outcome> rivals) {
    List<Row> rows = new ArrayList<>();
    rows.add(
        new Row(
            "%s:B=%d,M=%d"
                .formatted(recipe.name(), recipe.train().batch(), recipe.model().masksPerSample()),
            "update",
            options.threads(),
            result.flops(),
            0,
            result.peakGflops(),
            0,
            result.secondsPerStep(),
            result.peakMemoryBytes(),
            rivals));
    int updates = result.profiledUpdates();
    for (KernelTimes.Row k : result.kernels()) {
      rows.add(
          new Row(
              k.kernel(),
              "kernels of an update",
              options.threads(),
              k.flops() / updates,
              k.bytes() / updates,
              result.peakGflops(),
              result.gigabytes().getOrDefault(k.kernel(), 0.0),
              k.seconds() / updates,
              0,
              Map.of()));
    }
    return rows;
  }

  /// The report of these rows.
  public void write(List<Contender> contenders, Map<String, Row.Outcome> rivals, PrintStream out)
      throws IOException {
    new Report("step", contenders, rows(rivals)).write(options.out(), out);
  }

  /// What a program would read.
  public Map<String, Object> asJson() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("seconds_per_step", result.secondsPerStep());
    map.put("flops", result.flops());
    map.put("gflops_per_second", result.gflopsPerSecond());
    map.put("peak_share", result.peakShare());
    map.put("peak_gflops_per_second", result.peakGflops());
    map.put("best_peak_gflops_per_second", result.bestGflops());
    map.put("peak_memory_bytes", result.peakMemoryBytes());
    map.put("expected_memory_bytes", result.planned().totalBytes());
    map.put("parameter_bytes", result.planned().parameterBytes());
    map.put("workspace_bytes", result.planned().workspaceBytes());
    map.put("heap_bytes_per_step", result.heapBytesPerStep());
    map.put("threads", options.threads());
    map.put("recipe", recipe.name());
    return map;
  }
}
