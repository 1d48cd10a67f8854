package dev.d2v.cli.job;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/// What the machine offers.
public final class Machine {
  private Machine() {}

  /// Physical memory, or the container's limit where there is one, in bytes.
  public static long memoryBytes() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
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
