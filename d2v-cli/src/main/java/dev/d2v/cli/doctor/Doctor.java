package dev.d2v.cli.doctor;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.OperatingSystemMXBean;
import dev.d2v.tensor.kernel.vector.Ceiling;
import dev.d2v.tensor.kernel.vector.VectorKernels;
import dev.d2v.tensor.spi.CpuBackend;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Looks at the machine and the JVM.
public final class Doctor {
  private static final Path MEMORY = Path.of("/proc/meminfo");
  private static final Path HUGE_PAGES = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
  private static final Pattern TOTAL = Pattern.compile("MemTotal:\\s+(\\d+) kB");
  private static final Pattern CHOSEN = Pattern.compile("\\[(\\w+)]");
  private static final long LITTLE_MEMORY = 2L << 30;
  private static final int GOOD_BITS = 256;

  private Doctor() {}

  /// The ceilings of this machine, measured in a few seconds; empty without vectors, where there is
  /// nothing to compare with.
  public static Optional<MachineReport.Speed> measure() {
    if (CpuBackend.Option.fromProperties() != CpuBackend.Option.VECTOR) {
      return Optional.empty();
    }
    int threads = Runtime.getRuntime().availableProcessors();
    return Optional.of(
        new MachineReport.Speed(
            threads,
            Ceiling.fmaGflops(1),
            Ceiling.fmaGflops(threads),
            Ceiling.memoryGigabytesPerSecond(threads)));
  }

  /// The report of this process; `speed` is what was measured, if it was.
  public static MachineReport examine(Optional<MachineReport.Speed> speed) {
    boolean vector = CpuBackend.Option.fromProperties() == CpuBackend.Option.VECTOR;
    int bits = vector ? VectorKernels.bits() : 0;
    MachineReport facts =
        new MachineReport(
            System.getProperty("java.version"),
            System.getProperty("java.vm.name") + ", " + System.getProperty("java.vendor"),
            System.getProperty("java.home"),
            c2(),
            vector ? bits + "-bit vector kernels" : "scalar kernels",
            bits,
            Runtime.getRuntime().availableProcessors(),
            machineMemory(),
            limit(),
            Runtime.getRuntime().maxMemory(),
            first(HUGE_PAGES, CHOSEN),
            speed,
            List.of());
    return facts.withFindings(findings(facts));
  }

  /// What is missing, and what that costs.
  static List<String> findings(MachineReport facts) {
    List<String> found = new ArrayList<>();
    if (facts.vectorBits() == 0) {
      found.add(
          "scalar kernels: the module jdk.incubator.vector is not there, or -Dd2v.vectorBits=0 is"
              + " set; about 50 times slower. Start with ./d2v, or add --add-modules"
              + " jdk.incubator.vector");
    } else if (facts.vectorBits() < GOOD_BITS) {
      found.add(
          "vectors of %d bits: a processor with AVX2 or AVX-512 computes 2 to 4 times as fast"
              .formatted(facts.vectorBits()));
    }
    if (!facts.c2()) {
      found.add(
          "the optimising compiler C2 is not at work: vectors become objects and are some hundred"
              + " times slower. Use a HotSpot JDK without -Xint and -XX:TieredStopAtLevel");
    }
    if (facts.cores() == 1) {
      found.add("one core: a second one takes nearly half the time of a step off");
    }
    if (facts.limitBytes() < LITTLE_MEMORY) {
      found.add("less than 2 GiB of memory: enough for small images, not for 224 x 224");
    }
    if (facts.hugePages().filter("never"::equals).isPresent()) {
      found.add(
          "transparent huge pages are switched off: large models lose some per cent to address"
              + " translation");
    }
    found.add("GPU: this version computes on the processor only");
    return found;
  }

  private static boolean c2() {
    HotSpotDiagnosticMXBean hotspot =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    boolean compiles = System.getProperty("java.vm.info", "").contains("mixed mode");
    return hotspot != null
        && compiles
        && System.getProperty("java.vm.name", "").contains("Server VM")
        && hotspot.getVMOption("TieredStopAtLevel").getValue().equals("4");
  }

  private static long limit() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
  }

  private static Optional<Long> machineMemory() {
    return first(MEMORY, TOTAL).map(kilobytes -> Long.parseLong(kilobytes) * 1024);
  }

  /// The first group of a pattern in one of the system's files, which other systems do not have.
  private static Optional<String> first(Path file, Pattern pattern) {
    if (!Files.isReadable(file)) {
      return Optional.empty();
    }
    try {
      Matcher matcher = pattern.matcher(Files.readString(file));
      return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
