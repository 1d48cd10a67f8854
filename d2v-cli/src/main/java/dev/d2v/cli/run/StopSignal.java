package dev.d2v.cli.run;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Ctrl-C and SIGTERM, for a loop that wants to finish what it is doing. The JVM answers both with
/// its shutdown hooks; this one raises a flag, says so, and holds the shutdown back until the loop
/// has written its checkpoint and closed the signal, or until its patience ends.
///
/// ```java
/// try (StopSignal stop = StopSignal.install(patience, out::println)) {
///   while (!stop.requested() && ...) { ... }
///   writeCheckpoint();
/// }
/// ```
///
/// Print everything before `close`: once it returns, the JVM may be gone.
public final class StopSignal implements AutoCloseable {
  private final CountDownLatch finished = new CountDownLatch(1);
  private final Duration patience;
  private final Consumer<String> notice;
  private final Thread hook;
  private volatile boolean requested;

  private StopSignal(Duration patience, Consumer<String> notice) {
    this.patience = patience;
    this.notice = notice;
    this.hook = new Thread(this::stopAndWait, "d2v-stop");
  }

  /// Begins to listen. `notice` gets the line that tells the person what happens now.
  public static StopSignal install(Duration patience, Consumer<String> notice) {
    StopSignal signal = new StopSignal(patience, notice);
    Runtime.getRuntime().addShutdownHook(signal.hook);
    return signal;
  }

  /// A signal that only [#request] raises.
  public static StopSignal manual() {
    return new StopSignal(Duration.ZERO, line -> {});
  }

  /// Whether the loop should end.
  public boolean requested() {
    return requested;
  }

  /// Asks the loop to end.
  public void request() {
    requested = true;
  }

  /// What the hook does: ask, say so, wait for [#close].
  void stopAndWait() {
    request();
    notice.accept("stopping after this update; a checkpoint is written first");
    try {
      if (!finished.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        notice.accept(
            "gave up waiting after %d s; the last checkpoint is still good"
                .formatted(patience.toSeconds()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// The loop is done; a shutdown that waits goes on.
  @Override
  public void close() {
    finished.countDown();
    if (!requested) {
      remove();
    }
  }

  private void remove() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The shutdown began in this very moment: the hook runs and finds the latch open.
      requested = true;
    }
  }
}
