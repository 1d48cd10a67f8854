package dev.d2v.cli.job;

import dev.d2v.cli.run.ProgressLine;
import dev.d2v.cli.run.Terminal;
import java.time.Duration;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// How far an encoder is with reading samples: nothing when it is soon done, a progress line when
/// it is a large one, on the error stream.
final class ReadingProgress implements IntConsumer, AutoCloseable {
  private static final long PATIENCE = Duration.ofSeconds(3).toNanos();

  private final Terminal terminal;
  private final String noun;
  private final long total;
  private final long started = System.nanoTime();
  private long done;
  private @Nullable ProgressLine line;

  /// @param noun what is read, in the plural
  /// @param total how many
  ReadingProgress(Terminal terminal, String noun, long total) {
    this.terminal = terminal;
    this.noun = noun;
    this.total = total;
  }

  /// So many more are read.
  @Override
  public void accept(int count) {
    done += count;
    if (line == null && System.nanoTime() - started > PATIENCE) {
      line = ProgressLine.onErrors(terminal, "encoding", done, total);
    }
    if (line != null) {
      line.update(done, noun);
    }
  }

  @Override
  public void close() {
    if (line != null) {
      line.close();
    }
  }
}
