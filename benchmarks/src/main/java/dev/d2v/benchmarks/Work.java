package dev.d2v.benchmarks;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/// Counts arithmetic: JMH prints it a second.
@AuxCounters(AuxCounters.Type.OPERATIONS)
@State(Scope.Thread)
public class Work {
  /// 1e9 floating-point operations, a multiply-add counted as two.
  public double gigaflops;

  /// For JMH.
  public Work() {}
}
