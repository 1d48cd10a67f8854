package dev.d2v.benchmarks.compare;

import dev.d2v.tensor.kernel.vector.Ceiling;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `d2v bench kernels`.
@Command(
    name = "kernels",
    description =
        "Kernels on the models' shapes: speed, share of the ceiling, and other libraries.",
    mixinStandardHelpOptions = true)
final class KernelsCommand implements Callable<Integer> {
  @Mixin private final CommonOptions common = new CommonOptions();

  @Option(
      names = "--only",
      paramLabel = "FAMILY",
      split = ",",
      description = "Some of: ${COMPLETION-CANDIDATES}.")
  private Set<Operation.Family> only = EnumSet.noneOf(Operation.Family.class);

  @Option(names = "--full", description = "All shapes, not only a few of each family.")
  private boolean full;

  @Option(
      names = "--case",
      paramLabel = "KERNEL:SIZES",
      split = ",",
      description = "These instead, for example matmulNT:1970x768x768. Repeatable.")
  private List<String> cases = List.of();

  private final PrintStream out = System.out;

  KernelsCommand() {}

  @Override
  public Integer call() throws IOException {
    common.check();
    List<Case> chosen =
        cases.isEmpty() ? Suite.of(only, full) : cases.stream().map(Case::parse).toList();
    List<Rival> rivals = common.rivals();
    // compiles the loops that sample the ceiling
    Ceiling.fmaGflops(1);
    Ceiling.memoryGigabytesPerSecond(1);
    List<Row> rows = new ArrayList<>();
    for (int threads : common.threads) {
      rows.addAll(measure(chosen, rivals, threads));
    }
    out.println();
    out.println(Table.legend());
    new Report("kernels", rivals, rows).write(common.folder(), out);
    return 0;
  }

  private List<Row> measure(List<Case> chosen, List<Rival> wanted, int threads) throws IOException {
    Engines engines =
        new Engines(common.peersFolder(), common.folder().resolve("logs"), out::println);
    List<Row> rows = new ArrayList<>();
    try (WorkerProcess own = engines.own(threads)) {
      out.println(own.description());
      List<WorkerProcess> started = engines.rivals(wanted, threads);
      try {
        Comparison comparison = new Comparison(threads, Effort.of(common.rounds), own, started);
        Table table =
            new Table(
                wanted.stream()
                    .filter(r -> started.stream().anyMatch(p -> p.name().equals(r.column())))
                    .toList());
        out.println(table.header());
        for (Case which : chosen) {
          Row row = comparison.measure(which);
          rows.add(row);
          out.println(table.line(row));
        }
      } finally {
        started.forEach(WorkerProcess::close);
      }
    }
    return rows;
  }
}
