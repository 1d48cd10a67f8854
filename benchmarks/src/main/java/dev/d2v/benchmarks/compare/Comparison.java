package dev.d2v.benchmarks.compare;

import dev.d2v.tensor.kernel.vector.Ceiling;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Measures cases with d2v and rivals in turns: in each round the machine's ceiling, d2v, rival
/// after rival. What another program takes from the machine meanwhile hits all of them; the median
/// over the rounds leaves out what hit one.
final class Comparison {
  private static final long SAMPLE_NANOS = 10_000_000;

  private final int threads;
  private final Effort effort;
  private final WorkerProcess own;
  private final List<WorkerProcess> rivals;
  private final Set<Operation> compiled = EnumSet.noneOf(Operation.class);

  Comparison(int threads, Effort effort, WorkerProcess own, List<WorkerProcess> rivals) {
    this.threads = threads;
    this.effort = effort;
    this.own = own;
    this.rivals = List.copyOf(rivals);
  }

  /// Measures one case.
  Row measure(Case which) throws IOException {
    Map<String, Row.Outcome> outcomes = new LinkedHashMap<>();
    WorkerProcess.Opened opened = own.open(which);
    if (!(opened instanceof WorkerProcess.Opened.Ready ready)) {
      throw new IOException("d2v cannot compute " + which + ": " + opened);
    }
    List<WorkerProcess> turns = new ArrayList<>(List.of(own));
    for (WorkerProcess rival : rivals) {
      Row.Outcome outcome = opened(rival, which, ready.checksum());
      outcomes.put(rival.name(), outcome);
      if (outcome instanceof Row.Outcome.Timed) {
        turns.add(rival);
      }
    }
    if (compiled.add(which.operation())) {
      own.time(effort.firstMillis());
    }
    for (WorkerProcess engine : turns) {
      engine.time(effort.warmUpMillis());
    }
    double[] peaks = new double[effort.rounds()];
    double[] bandwidths = new double[effort.rounds()];
    double[][] seconds = new double[turns.size()][effort.rounds()];
    for (int round = 0; round < effort.rounds(); round++) {
      peaks[round] = Ceiling.fmaGflopsNow(threads, SAMPLE_NANOS);
      bandwidths[round] = Ceiling.memoryGigabytesPerSecondNow(threads, which.bytes(), SAMPLE_NANOS);
      for (int i = 0; i < turns.size(); i++) {
        seconds[i][round] = turns.get(i).time(effort.millis());
      }
    }
    for (int i = 1; i < turns.size(); i++) {
      outcomes.put(turns.get(i).name(), new Row.Outcome.Timed(median(seconds[i])));
    }
    for (WorkerProcess engine : turns) {
      engine.closeCase();
    }
    return new Row(
        which.toString(),
        which.operation().family().label(),
        threads,
        which.flops(),
        which.bytes(),
        median(peaks),
        median(bandwidths),
        median(seconds[0]),
        outcomes);
  }

  /// Timed, with no time yet, when the rival has the case and its result is d2v's.
  private static Row.Outcome opened(WorkerProcess rival, Case which, Checksum expected)
      throws IOException {
    return switch (rival.open(which)) {
      case WorkerProcess.Opened.None() -> new Row.Outcome.Absent();
      case WorkerProcess.Opened.Failed(String reason) -> new Row.Outcome.Failed(reason);
      case WorkerProcess.Opened.Ready(Checksum sum) ->
          sum.agrees(expected)
              ? new Row.Outcome.Timed(0)
              : new Row.Outcome.Failed(
                  "its result is another: checksum " + sum + ", d2v's is " + expected);
    };
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
