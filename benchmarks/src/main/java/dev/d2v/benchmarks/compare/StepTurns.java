package dev.d2v.benchmarks.compare;

import dev.d2v.cli.bench.Row;
import dev.d2v.cli.bench.StepBench;
import dev.d2v.cli.bench.StepRig;
import dev.d2v.model.train.UpdateReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The rivals' turns between d2v's updates, each about as long as d2v's. They begin with d2v's
/// weights, samples, masks and noise, and one whose first update gives another loss or gradient is
/// not timed.
final class StepTurns implements StepBench.Interlude {
  private static final long WARM_UP_MILLIS = 3_000;

  private final List<WorkerProcess> rivals;
  private final Path file;
  private final Map<String, List<Double>> seconds = new LinkedHashMap<>();
  private final Map<String, Row.Outcome> failed = new LinkedHashMap<>();

  /// @param rivals their processes
  /// @param file where the update's beginning is written, and deleted again
  StepTurns(List<WorkerProcess> rivals, Path file) {
    this.rivals = List.copyOf(rivals);
    this.file = file;
  }

  @Override
  public void opened(StepRig rig) throws IOException {
    if (!rivals.isEmpty()) {
      StepFile.write(file, rig);
    }
  }

  @Override
  public void begun(UpdateReport first) throws IOException {
    Checksum expected = Checksum.of(StepFile.result(first));
    for (WorkerProcess rival : rivals) {
      attempt(rival, () -> begin(rival, expected));
    }
    Files.deleteIfExists(file);
  }

  private void begin(WorkerProcess rival, Checksum expected) throws IOException {
    switch (rival.step(file)) {
      case WorkerProcess.Opened.None() -> failed.put(rival.name(), new Row.Outcome.Absent());
      case WorkerProcess.Opened.Failed(String reason) -> throw new IOException(reason);
      case WorkerProcess.Opened.Ready(Checksum sum) -> {
        if (!sum.agrees(expected)) {
          throw new IOException(
              "its first update is another: checksum of losses and gradient norm %s, d2v's is %s"
                  .formatted(sum, expected));
        }
        rival.time(WARM_UP_MILLIS);
      }
    }
  }

  @Override
  public void turn(double own) {
    Rest.await();
    for (WorkerProcess rival : rivals) {
      attempt(rival, () -> times(rival).add(rival.time(Math.max(1, (long) (1e3 * own)))));
    }
  }

  private List<Double> times(WorkerProcess rival) {
    return seconds.computeIfAbsent(rival.name(), name -> new ArrayList<>());
  }

  private interface Attempt {
    void run() throws IOException;
  }

  /// What fails is left out from then on; d2v goes on.
  private void attempt(WorkerProcess rival, Attempt body) {
    if (failed.containsKey(rival.name())) {
      return;
    }
    try {
      body.run();
    } catch (IOException e) {
      failed.put(rival.name(), new Row.Outcome.Failed(String.valueOf(e.getMessage())));
    }
  }

  /// What became of each, by its name.
  Map<String, Row.Outcome> outcomes() {
    Map<String, Row.Outcome> outcomes = new LinkedHashMap<>();
    for (WorkerProcess rival : rivals) {
      attempt(
          rival,
          () -> {
            double[] all = times(rival).stream().mapToDouble(Double::doubleValue).toArray();
            outcomes.put(
                rival.name(), new Row.Outcome.Timed(Comparison.median(all), rival.memory()));
          });
    }
    outcomes.putAll(failed);
    return outcomes;
  }
}
