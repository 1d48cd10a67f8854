package dev.d2v.cli;

import dev.d2v.cli.doctor.Doctor;
import dev.d2v.cli.doctor.MachineReport;
import dev.d2v.cli.run.Terminal;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.jr.ob.JSON;

/// `d2v doctor`: what this machine can do.
@Command(
    name = "doctor",
    description = "What this machine and JVM can do, and what is missing.",
    mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Option(names = "--json", description = "The report as one line of JSON.")
  private boolean json;

  @Option(names = "--quick", description = "Leave out what has to be measured.")
  private boolean quick;

  DoctorCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    MachineReport report = Doctor.examine(quick ? Optional.empty() : Doctor.measure());
    if (json) {
      terminal.out().println(JSON.std.asString(object(report)));
    } else {
      print(report);
    }
    return 0;
  }

  private void print(MachineReport report) {
    line("Java", report.javaVersion() + ", " + report.vm());
    line("  home", report.javaHome());
    line("  compiler C2", report.c2() ? "at work" : "missing");
    line("Kernels", report.kernels());
    line("Cores", String.valueOf(report.cores()));
    line("Memory", memory(report));
    line("  Java heap up to", gibibytes(report.maxHeapBytes()) + ", tensors live outside it");
    report.hugePages().ifPresent(setting -> line("  huge pages", setting));
    report
        .speed()
        .ifPresent(speed -> {
          line(
              "Measured peak",
              String.format(
                  Locale.ROOT,
                  "%.0f GFLOP/s on one thread, %.0f on %d",
                  speed.gflopsOneThread(),
                  speed.gflopsAllThreads(),
                  speed.threads()));
          line("  memory", String.format(Locale.ROOT, "%.1f GB/s", speed.gigabytesPerSecond()));
        });
    terminal.out().println();
    terminal.out().println("Missing, and what that costs:");
    report.findings().forEach(finding -> terminal.out().println("- " + finding));
  }

  private void line(String name, String value) {
    terminal.out().printf("%-18s %s%n", name, value);
  }

  private static String memory(MachineReport report) {
    long limit = report.limitBytes();
    return report
        .memoryBytes()
        .filter(all -> all > limit)
        .map(all -> gibibytes(limit) + " allowed to this process, of " + gibibytes(all))
        .orElse(gibibytes(limit));
  }

  private static String gibibytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1L << 30));
  }

  private static Map<String, Object> object(MachineReport report) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("java_version", report.javaVersion());
    object.put("vm", report.vm());
    object.put("java_home", report.javaHome());
    object.put("c2", report.c2());
    object.put("kernels", report.kernels());
    object.put("vector_bits", report.vectorBits());
    object.put("cores", report.cores());
    report.memoryBytes().ifPresent(bytes -> object.put("memory_bytes", bytes));
    object.put("memory_limit_bytes", report.limitBytes());
    object.put("max_heap_bytes", report.maxHeapBytes());
    report.hugePages().ifPresent(setting -> object.put("huge_pages", setting));
    report
        .speed()
        .ifPresent(speed -> {
          object.put("threads", speed.threads());
          object.put("peak_gflops_one_thread", speed.gflopsOneThread());
          object.put("peak_gflops", speed.gflopsAllThreads());
          object.put("memory_gigabytes_per_second", speed.gigabytesPerSecond());
        });
    object.put("findings", report.findings());
    return object;
  }
}
