package dev.d2v.cli.job;

import com.sun.management.OperatingSystemMXBean;
import dev.d2v.cli.error.UserError;
import dev.d2v.model.train.StepPlan;
import java.lang.management.ManagementFactory;
import java.util.Locale;

/// What the machine offers.
public final class Machine {
  private Machine() {}

  /// Physical memory, or the container's limit where there is one, in bytes.
  public static long memoryBytes() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
  }

  /// Fails when a plan needs more than the machine has.
  ///
  /// @throws UserError with both numbers and what to change
  public static void require(StepPlan plan) {
    long physical = memoryBytes();
    if (plan.totalBytes() > physical) {
      throw new UserError(
          String.format(
              Locale.ROOT,
              "this recipe needs %.1f GiB off the heap, the machine has %.1f GiB: lower train.batch"
                  + " or data.speech.maxBatchSamples (and raise train.accumulate), or"
                  + " model.masksPerSample, or raise train.maskGroups, or set train.recomputeBlocks=true",
              plan.totalBytes() / 0x1p30,
              physical / 0x1p30));
    }
  }

  /// One line: system, processor architecture, cores, JVM.
  public static String description() {
    return "%s %s, %d cores, JDK %s (%s)"
        .formatted(
            System.getProperty("os.name"),
            System.getProperty("os.arch"),
            Runtime.getRuntime().availableProcessors(),
            Runtime.version(),
            System.getProperty("java.vm.vendor"));
  }
}
