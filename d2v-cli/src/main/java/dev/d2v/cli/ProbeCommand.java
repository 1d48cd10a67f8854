package dev.d2v.cli;

import dev.d2v.cli.run.ProbeJob;
import dev.d2v.cli.run.ProbeOptions;
import dev.d2v.cli.run.Runs;
import dev.d2v.cli.run.Terminal;
import dev.d2v.cli.run.Threads;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `d2v probe RUN`: scores the encoder of a run.
@Command(
    name = "probe",
    description = "Score a run's encoder: linear probe and k nearest neighbours.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class ProbeCommand implements Callable<Integer> {
  private final Terminal terminal;
  private final ProbeJob job;

  @Parameters(paramLabel = "RUN", description = "The run's folder, or its name within --out.")
  private String run = "";

  @Option(
      names = "--data",
      paramLabel = "PATH",
      description =
          "Other labelled samples than the run's own; speech=PATH where there are several"
              + " modalities. Repeatable.")
  private List<String> data = new ArrayList<>();

  @Option(names = "--out", paramLabel = "DIR", description = "Where runs are kept. Default: runs.")
  private Path out = Path.of("runs");

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads that compute. Default: all cores.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(names = "--json", description = "The scores as one line of JSON.")
  private boolean json;

  ProbeCommand(Terminal terminal, ProbeJob job) {
    this.terminal = terminal;
    this.job = job;
  }

  @Override
  public Integer call() throws Exception {
    Threads.checked(threads);
    Path folder = Runs.find(out, run);
    return job.run(new ProbeOptions(folder, List.copyOf(data), threads, json), terminal);
  }
}
