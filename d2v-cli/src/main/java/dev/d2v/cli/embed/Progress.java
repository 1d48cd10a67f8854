package dev.d2v.cli.embed;

import dev.d2v.cli.run.ProgressLine;
import dev.d2v.cli.run.Terminal;
import java.time.Duration;
import java.util.Locale;

/// How far the files are, on the error stream: on a terminal a line that is drawn again, elsewhere
/// one every few seconds.
final class Progress implements AutoCloseable {
  private static final long PLAIN_NANOS = Duration.ofSeconds(5).toNanos();

  private final Terminal terminal;
  private final int total;
  private final long started = System.nanoTime();
  private long shown = started;
  private boolean drawn;

  Progress(Terminal terminal, int total) {
    this.terminal = terminal;
    this.total = total;
  }

  void update(int done) {
    long now = System.nanoTime();
    if (!terminal.interactive() && now - shown < PLAIN_NANOS) {
      return;
    }
    shown = now;
    double seconds = (now - started) / 1e9;
    Duration left = Duration.ofNanos((long) ((double) (now - started) / done * (total - done)));
    String line =
        String.format(
            Locale.ROOT,
            "embed %3d%%  %,d/%,d files  %.1f files/s  %s left",
            100L * done / total,
            done,
            total,
            done / seconds,
            ProgressLine.clock(left));
    if (terminal.interactive()) {
      terminal.err().print("\r" + line + "  ");
      drawn = true;
    } else {
      terminal.err().println(line);
    }
    terminal.err().flush();
  }

  @Override
  public void close() {
    if (drawn) {
      terminal.err().println();
    }
  }
}
