package dev.d2v.cli.bench;

import dev.d2v.cli.run.Terminal;
import dev.d2v.cli.run.Threads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `d2v bench scaling`: how the time of an update grows, measured and predicted.
@Command(
    name = "scaling",
    description = {
      "Time of an update against threads, batch, masks, tokens, depth and width, with the line"
          + " that the plan predicts. Takes about a minute."
    },
    mixinStandardHelpOptions = true)
public final class ScalingCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Option(names = "--threads", paramLabel = "N", description = "Default: all cores.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Where scaling.csv, scaling.html and a picture of each curve go. Default: runs/scaling.")
  private Path out = Path.of("runs", "scaling");

  /// Writes to a terminal.
  public ScalingCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    Threads.checked(threads);
    Files.createDirectories(out);
    Scaling.Result result = new Scaling(threads, this::progress).run();
    print(result);
    ScalingFiles.write(out, result);
    terminal.out().println("written to " + out.resolve(ScalingFiles.PAGE));
    return 0;
  }

  private void progress(String line) {
    if (terminal.interactive()) {
      terminal.err().println(line);
    }
  }

  private void print(Scaling.Result result) {
    Scaling.Rates rates = result.rates();
    line(
        "calibrated: %.1f GFLOP/s, %.1f GB/s, %.1f us a kernel call; %d threads",
        rates.flopsPerSecond() / 1e9,
        rates.bytesPerSecond() / 1e9,
        rates.secondsPerCall() * 1e6,
        result.threads());
    line("%-10s %8s %10s %10s %10s %8s", "axis", "at", "GFLOP", "ms", "predicted", "off by");
    for (Scaling.Curve curve : result.curves()) {
      for (Scaling.Point p : curve.points()) {
        line(
            "%-10s %8.0f %10.2f %10.2f %10.2f %+7.1f%%",
            curve.name(),
            p.x(),
            p.gflop(),
            1e3 * p.seconds(),
            1e3 * p.predicted(),
            100 * (p.seconds() / p.predicted() - 1));
      }
    }
  }

  private void line(String format, Object... values) {
    terminal.out().println(String.format(Locale.ROOT, format, values));
  }
}
