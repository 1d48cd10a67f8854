package dev.d2v.cli.bench;

import dev.d2v.tensor.kernel.Meter;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Adds up time, FLOPs and bytes by kernel.
final class KernelTimes implements Meter {
  private final Map<String, Row> rows = new HashMap<>();

  /// Sums over the calls of one kernel.
  static final class Row {
    private final String kernel;
    private long calls;
    private long nanos;
    private long flops;
    private long bytes;

    private Row(String kernel) {
      this.kernel = kernel;
    }

    String kernel() {
      return kernel;
    }

    long calls() {
      return calls;
    }

    double seconds() {
      return nanos / 1e9;
    }

    double gflopsPerSecond() {
      return (double) flops / nanos;
    }

    double gigabytesPerSecond() {
      return (double) bytes / nanos;
    }
  }

  @Override
  public void call(String kernel, long flops, long bytes, Runnable body) {
    long start = System.nanoTime();
    body.run();
    long nanos = System.nanoTime() - start;
    Row row = rows.computeIfAbsent(kernel, Row::new);
    row.calls++;
    row.nanos += nanos;
    row.flops += flops;
    row.bytes += bytes;
  }

  void reset() {
    rows.clear();
  }

  /// The most expensive first.
  List<Row> sorted() {
    return rows.values().stream()
        .sorted(Comparator.comparingDouble(Row::seconds).reversed())
        .toList();
  }
}
