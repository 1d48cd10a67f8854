package dev.d2v.benchmarks;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/// Counts work: JMH prints it a second.
@AuxCounters(AuxCounters.Type.OPERATIONS)
@State(Scope.Thread)
public class Work {
  /// 1e9 floating-point operations of products, a multiply-add counted as two.
  public double gigaflops;

  /// 1e9 bytes read and written, each tensor once.
  public double gigabytes;

  /// For JMH.
  public Work() {}
}
