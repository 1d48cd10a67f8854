package dev.d2v.cli.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// The rows as comma-separated values (RFC 4180).
public final class Csv {
  private final List<Contender> rivals;

  /// @param rivals in the order of the columns
  public Csv(List<Contender> rivals) {
    this.rivals = List.copyOf(rivals);
  }

  /// The file.
  public String of(List<Row> rows) {
    List<String> header =
        new ArrayList<>(
            List.of(
                "case",
                "family",
                "threads",
                "flops",
                "bytes",
                "peak_gflops",
                "peak_gigabytes",
                "seconds",
                "memory_bytes",
                "rate",
                "unit",
                "bound_by",
                "share_of_ceiling"));
    rivals.forEach(r -> {
      header.add(r.column() + "_seconds");
      header.add(r.column() + "_ratio");
      header.add(r.column() + "_memory_bytes");
    });
    return line(header) + rows.stream().map(this::line).collect(Collectors.joining());
  }

  private String line(Row row) {
    List<String> cells =
        new ArrayList<>(
            List.of(
                row.what(),
                row.family(),
                Integer.toString(row.threads()),
                Long.toString(row.flops()),
                Long.toString(row.bytes()),
                number(row.gflopsPeak()),
                number(row.gigabytesPeak()),
                number(row.seconds()),
                bytes(row.memoryBytes()),
                number(row.rate()),
                row.unit(),
                row.boundByMemory() ? "memory" : "arithmetic",
                number(row.share())));
    for (Contender rival : rivals) {
      switch (row.rivals().getOrDefault(rival.column(), new Row.Outcome.Absent())) {
        case Row.Outcome.Timed(double seconds, long memoryBytes) -> {
          cells.add(number(seconds));
          cells.add(number(seconds / row.seconds()));
          cells.add(bytes(memoryBytes));
        }
        case Row.Outcome.Absent ignored -> cells.addAll(List.of("", "", ""));
        case Row.Outcome.Failed(String reason) ->
            cells.addAll(List.of("failed: " + reason, "", ""));
      }
    }
    return line(cells);
  }

  /// Nothing where memory was not measured.
  private static String bytes(long value) {
    return value == 0 ? "" : Long.toString(value);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.6g", value);
  }

  private static String line(List<String> cells) {
    return cells.stream().map(Csv::quoted).collect(Collectors.joining(",")) + "\r\n";
  }

  private static String quoted(String cell) {
    boolean plain = cell.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? cell : '"' + cell.replace("\"", "\"\"") + '"';
  }
}
