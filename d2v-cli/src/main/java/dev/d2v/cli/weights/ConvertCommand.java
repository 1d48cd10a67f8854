package dev.d2v.cli.weights;

import dev.d2v.cli.error.UserError;
import dev.d2v.cli.run.Terminal;
import dev.d2v.model.checkpoint.Conversion;
import dev.d2v.model.checkpoint.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `d2v convert FROM TO`: weights in another form.
@Command(
    name = "convert",
    description = {
      "Weights in another form: safetensors with published names, or a folder of .npy files.",
      "FROM may be anything that 'd2v inspect' reads. Numbers become F32; a safetensors file carries"
          + " the configuration in its metadata, so that d2v opens it again. A teacher's names begin with _ema."
    },
    mixinStandardHelpOptions = true)
public final class ConvertCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(index = "0", paramLabel = "FROM", description = "A file, run or checkpoint.")
  private Path from = Path.of(".");

  @Parameters(
      index = "1",
      paramLabel = "TO",
      description = "NAME.safetensors, or a new folder for .npy files.")
  private Path to = Path.of(".");

  @Option(
      names = "--part",
      paramLabel = "PART",
      description =
          "student, teacher (its values where it has some, under the student's names) or both"
              + " (default: both).")
  private String part = "both";

  @Option(names = "--force", description = "Replace a safetensors file that exists.")
  private boolean force;

  /// Writes to a terminal.
  public ConvertCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    Conversion.Part wanted =
        switch (part) {
          case "student" -> Conversion.Part.STUDENT;
          case "teacher" -> Conversion.Part.TEACHER;
          case "both" -> Conversion.Part.BOTH;
          default ->
              throw new UserError("--part takes student, teacher or both, got '" + part + "'");
        };
    boolean single = to.toString().endsWith(".safetensors");
    if (Files.exists(to) && !(force && single && Files.isRegularFile(to))) {
      throw new UserError(
          "%s exists already: choose another name%s"
              .formatted(to, single ? ", or replace it with --force" : ""));
    }
    try (Weights weights = Weights.open(from)) {
      if (wanted == Conversion.Part.TEACHER && weights.teacher().isEmpty()) {
        throw new UserError(from + " has no teacher: take --part student");
      }
      int count =
          single
              ? Conversion.safetensors(weights, wanted, to)
              : Conversion.npy(weights, wanted, to);
      List<String> left = weights.others();
      terminal.out().printf("%s: %s%n", from, weights.description());
      terminal.out().printf("%s: %d tensors%n", to, count);
      if (weights.configText().isEmpty()) {
        terminal.out().println("there was no configuration to carry over");
      }
      if (!left.isEmpty()) {
        terminal
            .out()
            .printf(
                "left aside: %d tensors that are neither student's nor teacher's (%s%s)%n",
                left.size(),
                String.join(", ", left.subList(0, Math.min(3, left.size()))),
                left.size() > 3 ? ", ..." : "");
      }
    }
    return 0;
  }
}
