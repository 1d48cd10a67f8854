package dev.d2v.cli.doctor;

import java.util.List;
import java.util.Optional;

/// What this machine is, what d2v makes of it, and what is missing.
///
/// @param javaVersion of the running JVM
/// @param vm its name and vendor
/// @param javaHome where it lives
/// @param c2 whether HotSpot's optimising compiler is at work
/// @param kernels what computes: `512-bit vector kernels`, `scalar kernels`
/// @param vectorBits width of the vectors, 0 for the scalar kernels
/// @param cores that this process may use
/// @param memoryBytes of the machine; empty where the system does not say
/// @param limitBytes what this process may use of it: a container's limit, or all
/// @param maxHeapBytes the Java heap's limit; tensors live outside it
/// @param hugePages the system's setting: `always`, `madvise`, `never`; empty where there is none
/// @param speed what was measured; empty when it was not asked for
/// @param findings what is missing and what that costs; empty is best
public record MachineReport(
    String javaVersion,
    String vm,
    String javaHome,
    boolean c2,
    String kernels,
    int vectorBits,
    int cores,
    Optional<Long> memoryBytes,
    long limitBytes,
    long maxHeapBytes,
    Optional<String> hugePages,
    Optional<Speed> speed,
    List<String> findings) {
  /// Measured ceilings.
  ///
  /// @param threads that took part
  /// @param gflopsOneThread fused multiply-adds of 32-bit floats, one thread, in GFLOP/s
  /// @param gflopsAllThreads of all threads together
  /// @param gigabytesPerSecond memory read and written by all threads together
  public record Speed(
      int threads, double gflopsOneThread, double gflopsAllThreads, double gigabytesPerSecond) {}

  /// Copies the list.
  public MachineReport {
    findings = List.copyOf(findings);
  }

  /// The same with what is missing.
  MachineReport withFindings(List<String> found) {
    return new MachineReport(
        javaVersion,
        vm,
        javaHome,
        c2,
        kernels,
        vectorBits,
        cores,
        memoryBytes,
        limitBytes,
        maxHeapBytes,
        hugePages,
        speed,
        found);
  }
}
