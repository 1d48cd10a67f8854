package dev.d2v.benchmarks.compare;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// Waits until this process is at rest: threads of native libraries spin for tens of milliseconds
/// after their work, and would take time from whoever is measured next.
final class Rest {
  private static final Path THREADS = Path.of("/proc/self/task");
  private static final long WINDOW_MILLIS = 10;
  private static final int WINDOWS = 50;
  private static final double BUSY = 0.2;

  private Rest() {}

  /// Returns when the process took less than a fifth of a core over a moment, or after half a
  /// second.
  static void await() {
    try {
      long before = processorNanos();
      for (int i = 0; i < WINDOWS; i++) {
        Thread.sleep(WINDOW_MILLIS);
        long now = processorNanos();
        if (now - before < BUSY * 1e6 * WINDOW_MILLIS) {
          return;
        }
        before = now;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Time that all threads have had. The JVM knows it in steps of 10 ms; Linux is asked itself.
  private static long processorNanos() {
    if (Files.isDirectory(THREADS)) {
      long sum = 0;
      try (DirectoryStream<Path> threads = Files.newDirectoryStream(THREADS)) {
        for (Path thread : threads) {
          String text = Files.readString(thread.resolve("schedstat"));
          sum += Long.parseLong(text.substring(0, text.indexOf(' ')));
        }
        return sum;
      } catch (IOException e) {
        // a thread has ended meanwhile: the JVM's count will do
      }
    }
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getProcessCpuTime()
        : 0;
  }
}
