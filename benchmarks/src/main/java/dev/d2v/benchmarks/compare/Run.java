package dev.d2v.benchmarks.compare;

import dev.d2v.cli.bench.Report;
import dev.d2v.cli.bench.Row;
import dev.d2v.tensor.kernel.vector.Ceiling;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/// One command's work: every case on every number of threads, the table as it grows, the files.
///
/// @param name of the files
/// @param options of the command line
/// @param wanted rivals to measure against
/// @param effort how long
record Run(String name, CommonOptions options, List<Rival> wanted, Effort effort) {
  /// Measures. What was measured is written even when something fails in between.
  void measure(List<Case> cases, PrintStream out) throws IOException {
    options.check();
    // compiles the loops that sample the ceiling
    Ceiling.fmaGflops(1);
    Ceiling.memoryGigabytesPerSecond(1);
    List<Row> rows = new ArrayList<>();
    try {
      for (int threads : options.threads) {
        measure(cases, threads, rows, out);
      }
    } finally {
      out.println();
      out.println(Table.legend());
      new Report(name, wanted.stream().map(Rival::contender).toList(), rows)
          .write(options.folder(), out);
    }
  }

  private void measure(List<Case> cases, int threads, List<Row> rows, PrintStream out)
      throws IOException {
    Engines engines =
        new Engines(
            CommonOptions.peersFolder(),
            CommonOptions.modelsFolder(),
            options.logs(),
            out::println);
    try (WorkerProcess own = engines.own(threads)) {
      out.println(own.description());
      List<WorkerProcess> started = engines.rivals(wanted, threads);
      try {
        Comparison comparison = new Comparison(threads, effort, own, started);
        Table table =
            new Table(
                wanted.stream()
                    .filter(r -> started.stream().anyMatch(p -> p.name().equals(r.column())))
                    .toList());
        out.println(table.header());
        for (Case which : cases) {
          Row row = comparison.measure(which);
          rows.add(row);
          out.println(table.line(row));
        }
      } finally {
        started.forEach(WorkerProcess::close);
      }
    }
  }
}
