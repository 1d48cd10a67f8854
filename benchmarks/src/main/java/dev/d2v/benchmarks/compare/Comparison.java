package dev.d2v.benchmarks.compare;

import dev.d2v.cli.bench.Row;
import dev.d2v.tensor.kernel.vector.Ceiling;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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

  /// Measures one case. A rival that fails is left out; that d2v fails is an error.
  Row measure(Case which) throws IOException {
    WorkerProcess.Opened opened = own.open(which);
    if (!(opened instanceof WorkerProcess.Opened.Ready ready)) {
      throw new IOException("d2v cannot compute " + which + ": " + opened);
    }
    List<Turn> turns = new ArrayList<>();
    for (WorkerProcess rival : rivals) {
      turns.add(new Turn(rival, opened(rival, which, ready.checksum())));
    }
    if (compiled.add(which.operation())) {
      own.time(effort.firstMillis());
    }
    own.time(effort.warmUpMillis());
    turns.forEach(turn -> turn.take(effort.warmUpMillis(), 0));
    double[] peaks = new double[effort.rounds()];
    double[] bandwidths = new double[effort.rounds()];
    double[] seconds = new double[effort.rounds()];
    for (int i = 0; i < effort.rounds(); i++) {
      int round = i;
      peaks[round] = Ceiling.fmaGflopsNow(threads, SAMPLE_NANOS);
      bandwidths[round] = Ceiling.memoryGigabytesPerSecondNow(threads, which.bytes(), SAMPLE_NANOS);
      seconds[round] = own.time(effort.millis());
      turns.forEach(turn -> turn.take(effort.millis(), round));
    }
    own.closeCase();
    Map<String, Row.Outcome> outcomes = new LinkedHashMap<>();
    for (Turn turn : turns) {
      outcomes.put(turn.engine.name(), turn.end());
    }
    return new Row(
        which.toString(),
        which.operation().family().label(),
        threads,
        which.flops(),
        which.bytes(),
        median(peaks),
        median(bandwidths),
        median(seconds),
        0,
        outcomes);
  }

  /// Why a rival has no turn; null when it has the case and its result is d2v's.
  private static Row.@Nullable Outcome opened(WorkerProcess rival, Case which, Checksum expected) {
    try {
      return switch (rival.open(which)) {
        case WorkerProcess.Opened.None() -> new Row.Outcome.Absent();
        case WorkerProcess.Opened.Failed(String reason) -> new Row.Outcome.Failed(reason);
        case WorkerProcess.Opened.Ready(Checksum sum) ->
            sum.agrees(expected)
                ? null
                : new Row.Outcome.Failed(
                    "its result is another: checksum " + sum + ", d2v's is " + expected);
      };
    } catch (IOException e) {
      return new Row.Outcome.Failed(String.valueOf(e.getMessage()));
    }
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  /// A rival's turns at one case.
  private final class Turn {
    private final WorkerProcess engine;
    private final double[] seconds = new double[effort.rounds()];
    private Row.@Nullable Outcome outcome;

    Turn(WorkerProcess engine, Row.@Nullable Outcome outcome) {
      this.engine = engine;
      this.outcome = outcome;
    }

    void take(long millis, int round) {
      if (outcome == null) {
        try {
          seconds[round] = engine.time(millis);
        } catch (IOException e) {
          outcome = new Row.Outcome.Failed(String.valueOf(e.getMessage()));
        }
      }
    }

    Row.Outcome end() throws IOException {
      if (outcome != null) {
        return outcome;
      }
      engine.closeCase();
      return new Row.Outcome.Timed(median(seconds), 0);
    }
  }
}
