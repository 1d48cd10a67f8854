package dev.d2v.benchmarks.compare;

import dev.d2v.cli.bench.Row;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// The rows as text of at most 100 columns, under a line for each kernel.
final class Table {
  private static final int SHAPE = 27;

  private final List<Rival> rivals;
  private String kernel = "";

  /// @param rivals in the order of the columns
  Table(List<Rival> rivals) {
    this.rivals = List.copyOf(rivals);
  }

  /// The line above the numbers.
  String header() {
    return String.format(Locale.ROOT, "%-27s %8s %7s %5s", "", "ms", "rate", "ceil")
        + rivals.stream()
            .map(r -> String.format(Locale.ROOT, " %5s", r.column()))
            .collect(Collectors.joining());
  }

  /// One case: time, GFLOP/s or GB/s, share of the ceiling, and how many times as long each rival
  /// takes; a line with the kernel's name before the first of its cases.
  String line(Row row) {
    int colon = row.what().indexOf(':');
    String name = row.what().substring(0, Math.max(0, colon));
    String heading = name.equals(kernel) ? "" : name + System.lineSeparator();
    kernel = name;
    String shape = row.what().substring(colon + 1);
    return heading
        + String.format(
            Locale.ROOT,
            "  %-25s %8.3f %7.1f %4.0f%%",
            shape.length() <= SHAPE - 2 ? shape : shape.substring(0, SHAPE - 3) + "~",
            1e3 * row.seconds(),
            row.rate(),
            100 * row.share())
        + rivals.stream().map(r -> " " + cell(row, r)).collect(Collectors.joining());
  }

  /// What the columns mean.
  static String legend() {
    return """
    rate  GFLOP/s of products, attention and convolutions; GB/s of everything else
    ceil  share of what the machine gave in the same rounds: multiply-adds in registers, or a
          triad over as many bytes
    A rival's column is its time over d2v's: above 1 d2v is faster. - has no such operation,
    ! failed or computes something else (the CSV says what).\
    """;
  }

  private static String cell(Row row, Rival rival) {
    return switch (row.rivals().getOrDefault(rival.column(), new Row.Outcome.Absent())) {
      case Row.Outcome.Timed timed -> {
        double ratio = timed.seconds() / row.seconds();
        yield String.format(Locale.ROOT, ratio < 100 ? "%5.2f" : "%5.0f", ratio);
      }
      case Row.Outcome.Absent ignored -> "    -";
      case Row.Outcome.Failed ignored -> "    !";
    };
  }
}
