package dev.d2v.cli.goldens;

import dev.d2v.cli.error.UserError;
import dev.d2v.cli.run.Terminal;
import dev.d2v.cli.run.Threads;
import dev.d2v.tensor.spi.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.jr.ob.JSON;

/// `d2v goldens DIR`: compares with reference numbers of the official code.
@Command(
    name = "goldens",
    description = {
      "Compares d2v with reference numbers of the official code, case by case.",
      "Prints the worst deviation of each case over its tolerance: up to 1 passes. The exit status is 1 when a case"
          + " fails, is not supported yet, or when nothing ran."
    },
    mixinStandardHelpOptions = true)
public final class GoldensCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(paramLabel = "DIR", description = "Folder of cases: NAME.json, NAME.safetensors.")
  private Path folder = Path.of(".");

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "PREFIX",
      description = "Only cases, or parts of cases (CASE/PART), whose name starts so.")
  private List<String> only = new ArrayList<>();

  @Option(names = "--threads", description = "Threads of the backend (default: all cores).")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(names = "--json", description = "One JSON object on standard output.")
  private boolean json;

  /// Writes to a terminal.
  public GoldensCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    Threads.checked(threads);
    if (!Files.isDirectory(folder)) {
      throw new UserError("no folder " + folder + ": expected one with NAME.json cases");
    }
    List<Part> parts = new ArrayList<>();
    try (Backend backend = Backend.cpu(threads)) {
      GoldenRunner runner = new GoldenRunner(backend, only);
      if (!json) {
        terminal.out().printf("%s; %s%n", folder, backend.description());
      }
      for (Path file : runner.cases(folder)) {
        for (Part part : runner.run(file)) {
          parts.add(part);
          if (!json) {
            terminal.out().println(line(part));
          }
        }
      }
    }
    if (json) {
      terminal.out().println(JSON.std.asString(asJson(parts)));
    } else {
      terminal
          .out()
          .printf(
              "%d passed, %d failed, %d not supported yet%n",
              count(parts, Part.Verdict.PASSED),
              count(parts, Part.Verdict.FAILED),
              count(parts, Part.Verdict.NOT_SUPPORTED));
      if (parts.isEmpty()) {
        terminal.out().println("nothing ran: no case in " + folder + " has such a name");
      }
    }
    boolean passed = parts.stream().allMatch(p -> p.verdict() == Part.Verdict.PASSED);
    return passed && !parts.isEmpty() ? 0 : 1;
  }

  private static long count(List<Part> parts, Part.Verdict verdict) {
    return parts.stream().filter(p -> p.verdict() == verdict).count();
  }

  private static String line(Part p) {
    return switch (p.verdict()) {
      case PASSED ->
          String.format(
              Locale.ROOT,
              "pass  %-26s %8.4f of tolerance in %d comparisons (%s)",
              p.name(),
              p.worst(),
              p.comparisons(),
              p.where());
      case FAILED ->
          String.format(
              Locale.ROOT, "FAIL  %-26s %8.3g of tolerance; %s", p.name(), p.worst(), p.where());
      case NOT_SUPPORTED ->
          String.format(Locale.ROOT, "----  %-26s not supported yet: %s", p.name(), p.where());
    };
  }

  private static Map<String, Object> asJson(List<Part> parts) {
    List<Map<String, Object>> cases = new ArrayList<>();
    for (Part p : parts) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("name", p.name());
      one.put("verdict", p.verdict().name().toLowerCase(Locale.ROOT).replace('_', ' '));
      one.put("worst", Double.isFinite(p.worst()) ? (Object) p.worst() : "inf");
      one.put("where", p.where());
      one.put("comparisons", p.comparisons());
      cases.add(one);
    }
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("cases", cases);
    all.put("passed", count(parts, Part.Verdict.PASSED));
    all.put("failed", count(parts, Part.Verdict.FAILED));
    all.put("not_supported", count(parts, Part.Verdict.NOT_SUPPORTED));
    return all;
  }
}
