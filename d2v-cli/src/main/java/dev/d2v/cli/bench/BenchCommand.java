package dev.d2v.cli.bench;

import dev.d2v.cli.error.UserError;
import dev.d2v.cli.run.Terminal;
import dev.d2v.config.ConfigMapper;
import dev.d2v.model.train.Recipe;
import dev.d2v.model.train.SpeechData;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.jr.ob.JSON;

/// `d2v bench`: what can be measured.
@Command(
    name = "bench",
    description = "Measure speed on this machine.",
    footer = {
      "In a checkout of the sources, ./d2v also has, side by side with other libraries:",
      "  bench kernels [--peers]    kernels on the models' shapes",
      "  bench inference [--peers]  whole encoders of base size"
    },
    mixinStandardHelpOptions = true)
public final class BenchCommand implements Runnable {
  @Spec private @Nullable CommandSpec spec;

  /// The group; [Step] is what measures.
  public BenchCommand() {}

  @Override
  public void run() {
    if (spec != null) {
      throw new ParameterException(
          spec.commandLine(),
          "what shall be measured? Try 'd2v bench step'; in a checkout of the sources also './d2v bench kernels' and './d2v bench inference'");
    }
  }

  /// `d2v bench step`: the median time of an update of a recipe.
  @Command(
      name = "step",
      description = "Time of a training update, share of the FMA peak, memory, time by kernel.",
      mixinStandardHelpOptions = true)
  public static final class Step implements Callable<Integer> {
    private final Terminal terminal;

    @Option(names = "--recipe", paramLabel = "NAME", description = "Default: fashion-mnist-small.")
    private String recipe = "fashion-mnist-small";

    @Option(names = "--threads", paramLabel = "N", description = "Default: all cores.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--updates", paramLabel = "N", description = "Timed updates. Default: 20.")
    private int updates = 20;

    @Option(names = "--batch", paramLabel = "B", description = "Instead of the recipe's.")
    private @Nullable String batch;

    @Option(names = "--masks", paramLabel = "M", description = "Instead of the recipe's.")
    private @Nullable String masks;

    @Option(
        names = "--seconds",
        paramLabel = "S",
        description = "Of speech: the length of each recording, instead of the recipe's longest.")
    private @Nullable Double seconds;

    @Option(
        names = "--set",
        paramLabel = "KEY=VALUE",
        description = "Any field of the recipe. Repeatable.")
    private List<String> assignments = new ArrayList<>();

    @Option(names = "--json", description = "End with one line of JSON.")
    private boolean json;

    /// Writes to a terminal.
    public Step(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
      if (threads < 1 || updates < 1) {
        throw new UserError("--threads and --updates must be at least 1");
      }
      List<String> all = new ArrayList<>(assignments);
      if (batch != null) {
        all.add("train.batch=" + batch);
      }
      if (masks != null) {
        all.add("model.masksPerSample=" + masks);
      }
      Recipe resolved = ConfigMapper.resolve(Optional.of(recipe), Optional.empty(), all);
      if (seconds != null) {
        resolved = ConfigMapper.with(resolved, lengths(resolved, seconds));
      }
      StepBench.Result result = StepBench.run(resolved, threads, updates);
      print(resolved, result);
      if (json) {
        terminal.out().println(JSON.std.asString(asJson(resolved, result)));
      }
      return 0;
    }

    /// Settings under which every recording is that long.
    private static List<String> lengths(Recipe recipe, double seconds) {
      SpeechData speech = recipe.data().speech();
      if (speech == null) {
        throw new UserError("--seconds is for recipes of speech, " + recipe.name() + " has none");
      }
      int samples = (int) Math.min(seconds * SpeechData.SAMPLE_RATE_HZ, Integer.MAX_VALUE);
      samples -= samples % speech.quantum();
      if (samples < speech.quantum()) {
        throw new UserError("--seconds must be longer than a frame, got " + seconds);
      }
      return List.of(
          "data.speech.minSamples=" + Math.min(samples, speech.minSamples()),
          "data.speech.maxSamples=" + samples,
          "data.speech.maxBatchSamples=" + Math.max(samples, speech.maxBatchSamples()));
    }

    private void print(Recipe r, StepBench.Result result) {
      line(
          "%s, B = %d, M = %d; %s",
          r.name(), r.train().batch(), r.model().masksPerSample(), result.description());
      line("median of %d updates   %.4f s", updates, result.secondsPerStep());
      line("planned work          %.2f GFLOP", result.flops() / 1e9);
      line(
          "speed                 %.1f GFLOP/s, %.1f %% of the FMA peak of %.1f GFLOP/s between the updates",
          result.gflopsPerSecond(), 100 * result.peakShare(), result.peakGflops());
      line("best FMA peak         %.1f GFLOP/s in this run", result.bestGflops());
      ResidentMemory planned = result.planned();
      line(
          "memory                %.0f MiB resident at most, %.0f MiB expected (%+.1f %%)",
          result.peakMemoryBytes() / 0x1p20,
          planned.totalBytes() / 0x1p20,
          100.0 * result.peakMemoryBytes() / planned.totalBytes() - 100);
      line(
          "expected              %.0f MiB parameters, moments and teacher; %.0f MiB a step; %.0f MiB JVM, code, packed weights, samples",
          planned.parameterBytes() / 0x1p20,
          planned.workspaceBytes() / 0x1p20,
          (planned.totalBytes() - planned.parameterBytes() - planned.workspaceBytes()) / 0x1p20);
      line("Java heap             %,d bytes an update", result.heapBytesPerStep());
      line("");
      line("%-24s %6s %9s %6s %9s %9s", "kernel", "calls", "ms", "share", "GFLOP/s", "GB/s");
      double sum = result.kernels().stream().mapToDouble(KernelTimes.Row::seconds).sum();
      for (KernelTimes.Row k : result.kernels()) {
        line(
            "%-24s %6d %9.2f %5.1f%% %9s %9.1f",
            k.kernel(),
            k.calls() / result.profiledUpdates(),
            1e3 * k.seconds() / result.profiledUpdates(),
            100 * k.seconds() / sum,
            k.gflopsPerSecond() > 0 ? String.format(Locale.ROOT, "%.1f", k.gflopsPerSecond()) : "",
            k.gigabytesPerSecond());
      }
      if (result.extractor().stream().anyMatch(layer -> layer.forward() != null)) {
        line("");
        line("%-40s %9s %9s %9s", "extractor, GFLOP/s", "forward", "to input", "to weight");
        for (ExtractorLayers layer : result.extractor()) {
          line(
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
    }

    private static String rate(KernelTimes.@Nullable Row row) {
      return row == null ? "" : String.format(Locale.ROOT, "%.1f", row.gflopsPerSecond());
    }

    private void line(String format, Object... values) {
      terminal.out().println(String.format(Locale.ROOT, format, values));
    }

    private Map<String, Object> asJson(Recipe r, StepBench.Result result) {
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
      map.put("threads", threads);
      map.put("recipe", r.name());
      return map;
    }
  }
}
