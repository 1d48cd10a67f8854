package dev.d2v.cli.bench;

import java.util.Map;
import java.util.Optional;

/// What was measured of one case.
///
/// @param what the case's text, `matmulNT:1970x768x768`
/// @param family what kind of case
/// @param threads of every engine
/// @param flops of one run, 0 where they are not what counts
/// @param bytes of one run, each tensor once
/// @param gflopsPeak multiply-adds in registers, 1e9 operations a second, sampled between the runs
/// @param gigabytesPeak memory traffic of a triad over as many bytes, sampled between the runs; 0
///   where it was not
/// @param seconds d2v's time
/// @param memoryBytes that were resident at most; 0 where that was not measured
/// @param rivals what the others took, by [Contender#column]
public record Row(
    String what,
    String family,
    int threads,
    long flops,
    long bytes,
    double gflopsPeak,
    double gigabytesPeak,
    double seconds,
    long memoryBytes,
    Map<String, Outcome> rivals) {
  /// What became of a rival.
  public sealed interface Outcome {
    /// It was timed.
    ///
    /// @param memoryBytes that were resident at most; 0 where that was not measured
    record Timed(double seconds, long memoryBytes) implements Outcome {}

    /// It has no such operation.
    record Absent() implements Outcome {}

    /// It failed, or its result is another: the reason.
    record Failed(String reason) implements Outcome {}
  }

  /// Copies the map.
  public Row {
    rivals = Map.copyOf(rivals);
  }

  /// The least time that the machine allows: for the arithmetic or for the memory traffic.
  public double bound() {
    double memory = gigabytesPeak > 0 ? bytes / gigabytesPeak / 1e9 : 0;
    return Math.max(flops / gflopsPeak / 1e9, memory);
  }

  /// Whether memory is what bounds it.
  public boolean boundByMemory() {
    return flops / gflopsPeak / 1e9 < bound();
  }

  /// d2v's share of the ceiling.
  public double share() {
    return bound() / seconds;
  }

  /// GFLOP/s, or GB/s where no products are computed.
  public double rate() {
    return (flops > 0 ? flops : bytes) / seconds / 1e9;
  }

  /// The unit of [#rate].
  public String unit() {
    return flops > 0 ? "GFLOP/s" : "GB/s";
  }

  /// How many times as long a rival takes; empty where it was not timed.
  public Optional<Double> ratio(String column) {
    return rivals.get(column) instanceof Outcome.Timed timed
        ? Optional.of(timed.seconds() / seconds)
        : Optional.empty();
  }
}
