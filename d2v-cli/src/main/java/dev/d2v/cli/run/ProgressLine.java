package dev.d2v.cli.run;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;

/// How far a run is: on a terminal one line that is drawn again,
///
/// ```
/// pretrain  42% [============>                 ] 168/400  loss 0.312  1,234 samples/s  0:42 left
/// ```
///
/// elsewhere a plain line every few seconds. The time left follows from the pace since the start.
public final class ProgressLine implements AutoCloseable {
  private static final long REDRAW_NANOS = Duration.ofMillis(100).toNanos();
  private static final long PLAIN_NANOS = Duration.ofSeconds(5).toNanos();
  private static final int LONGEST_BAR = 40;
  private static final int SHORTEST_BAR = 5;

  private final Terminal terminal;
  private final PrintStream sink;
  private final String task;
  private final long total;
  private final long first;
  private final LongSupplier nanoTime;
  private final long started;
  private long shown;
  private int drawn;
  private String last = "";

  private ProgressLine(
      Terminal terminal,
      PrintStream sink,
      String task,
      long first,
      long total,
      LongSupplier nanoTime) {
    this.terminal = terminal;
    this.sink = sink;
    this.task = task;
    this.first = first;
    this.total = total;
    this.nanoTime = nanoTime;
    this.started = nanoTime.getAsLong();
    this.shown = started - PLAIN_NANOS;
  }

  /// Of a task that has done `first` of `total` steps when it begins (above 0 when it is resumed).
  public static ProgressLine of(Terminal terminal, String task, long first, long total) {
    return of(terminal, task, first, total, System::nanoTime);
  }

  /// On the error stream, for a command whose output may be a result.
  public static ProgressLine onErrors(Terminal terminal, String task, long first, long total) {
    return new ProgressLine(terminal, terminal.err(), task, first, total, System::nanoTime);
  }

  /// The same with a clock of its own.
  static ProgressLine of(
      Terminal terminal, String task, long first, long total, LongSupplier nanoTime) {
    return new ProgressLine(terminal, terminal.out(), task, first, total, nanoTime);
  }

  /// Shows a state of a training, if the last one has been there long enough.
  ///
  /// @param losses the latest by modality; a single one needs no name
  public void update(long done, Map<String, Double> losses, double samplesPerSecond) {
    update(
        done,
        String.format(Locale.ROOT, "loss%s  %,.0f samples/s", figures(losses), samplesPerSecond));
  }

  /// Shows a state, if the last one has been there long enough.
  ///
  /// @param detail what stands between the numbers done and the time left
  public void update(long done, String detail) {
    long now = nanoTime.getAsLong();
    String figures = "%d/%d  %s  %s".formatted(done, total, detail, left(done, now));
    last = terminal.interactive() ? bar(done, figures) : plain(done, figures);
    if (now - shown >= (terminal.interactive() ? REDRAW_NANOS : PLAIN_NANOS) || done == total) {
      show();
      shown = now;
    }
  }

  /// Prints a line of its own above the progress.
  public void message(String line) {
    erase();
    sink.println(line);
  }

  /// Leaves the last state on the screen.
  @Override
  public void close() {
    if (!last.isEmpty()) {
      show();
    }
    if (terminal.interactive() && drawn > 0) {
      sink.println();
      drawn = 0;
    }
  }

  private void show() {
    if (terminal.interactive()) {
      sink.print("\r" + last + " ".repeat(Math.max(0, drawn - last.length())));
      drawn = last.length();
    } else {
      sink.println(last);
    }
    sink.flush();
    last = terminal.interactive() ? last : "";
  }

  private void erase() {
    if (drawn > 0) {
      sink.print("\r" + " ".repeat(drawn) + "\r");
      drawn = 0;
    }
  }

  private String plain(long done, String figures) {
    return "%s %3d%%  %s".formatted(task, percent(done), figures);
  }

  private String bar(long done, String figures) {
    String head = "%s %3d%% ".formatted(task, percent(done));
    int room = terminal.columns() - 1 - head.length() - figures.length() - 3;
    String line = head;
    if (room >= SHORTEST_BAR) {
      int width = Math.min(room, LONGEST_BAR);
      int full = (int) (width * done / Math.max(1, total));
      String tip = full < width ? ">" : "";
      line += "[" + "=".repeat(full) + tip + " ".repeat(width - full - tip.length()) + "] ";
    }
    line += figures;
    return line.substring(0, Math.min(line.length(), terminal.columns() - 1));
  }

  private int percent(long done) {
    return (int) (100 * done / Math.max(1, total));
  }

  private String left(long done, long now) {
    if (done <= first) {
      return "time left unknown";
    }
    double nanos = (double) (now - started) / (done - first) * (total - done);
    return clock(Duration.ofNanos(Math.round(nanos))) + " left";
  }

  /// `0:42`, `12:05`, `3:07:00`.
  public static String clock(Duration time) {
    long seconds = Math.max(0, time.plusMillis(500).toSeconds());
    return seconds < 3600
        ? String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60)
        : String.format(
            Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
  }

  private static String figures(Map<String, Double> losses) {
    StringBuilder text = new StringBuilder();
    losses.forEach((name, loss) ->
        text.append(' ').append(name).append(name.isEmpty() ? "" : " ").append(figure(loss)));
    return text.toString();
  }

  private static String figure(double loss) {
    return Math.abs(loss) < 1000
        ? String.format(Locale.ROOT, "%.4f", loss)
        : String.format(Locale.ROOT, "%.3g", loss);
  }
}
