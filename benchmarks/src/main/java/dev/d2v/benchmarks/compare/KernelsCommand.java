package dev.d2v.benchmarks.compare;

import java.io.IOException;
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
      description = "Some of: matmul, attention, norm, elementwise, optimizer, gather, conv.")
  private Set<Operation.Family> only = EnumSet.noneOf(Operation.Family.class);

  @Option(names = "--full", description = "All shapes, not only a few of each family.")
  private boolean full;

  @Option(
      names = "--case",
      paramLabel = "KERNEL:SIZES",
      split = ",",
      description = "These instead, for example matmulNT:1970x768x768. Repeatable.")
  private List<String> cases = List.of();

  KernelsCommand() {}

  @Override
  public Integer call() throws IOException {
    if (only.contains(Operation.Family.NETWORK)) {
      throw new IllegalArgumentException("--only network: that is 'd2v bench inference'");
    }
    if (!cases.isEmpty() && (full || !only.isEmpty())) {
      throw new IllegalArgumentException("--case names the cases: without --full and --only");
    }
    List<Case> chosen =
        cases.isEmpty() ? Suite.of(only, full) : cases.stream().map(Case::parse).toList();
    new Run("kernels", common, common.rivals(), Effort.of(common.rounds))
        .measure(chosen, System.out);
    return 0;
  }
}
