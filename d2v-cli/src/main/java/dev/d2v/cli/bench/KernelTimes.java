package dev.d2v.cli.bench;

import dev.d2v.tensor.kernel.Meter;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Adds up time, FLOPs and bytes by kernel, and by kernel and work of a call.
final class KernelTimes implements Meter {
  private final Map<String, Row> rows = new HashMap<>();
  private final Map<Call, Row> sizes = new HashMap<>();

  /// Calls of one kernel that do the same work.
  private record Call(String kernel, long flops) {}

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

    private void add(long moreNanos, long moreFlops, long moreBytes) {
      calls++;
      nanos += moreNanos;
      flops += moreFlops;
      bytes += moreBytes;
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

    long flops() {
      return flops;
    }

    long bytes() {
      return bytes;
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
    rows.computeIfAbsent(kernel, Row::new).add(nanos, flops, bytes);
    if (flops > 0) {
      sizes.computeIfAbsent(new Call(kernel, flops), c -> new Row(kernel)).add(nanos, flops, bytes);
    }
  }

  void reset() {
    rows.clear();
    sizes.clear();
  }

  /// The calls of a kernel that do so many FLOPs each, or null when there were none.
  @Nullable Row of(String kernel, long flops) {
    return sizes.get(new Call(kernel, flops));
  }

  /// The most expensive first.
  List<Row> sorted() {
    return rows.values().stream()
        .sorted(Comparator.comparingDouble(Row::seconds).reversed())
        .toList();
  }
}
