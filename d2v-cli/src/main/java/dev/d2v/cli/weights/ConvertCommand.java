package dev.d2v.cli.weights;

import dev.d2v.cli.error.UserError;
import dev.d2v.cli.run.Terminal;
import dev.d2v.embed.Exchange;
import dev.d2v.model.checkpoint.Conversion;
import dev.d2v.model.checkpoint.Weights;
import dev.d2v.model.v1.Interchange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `d2v convert FROM TO`: weights in another form.
@Command(
    name = "convert",
    description = {
      "Weights in another form: safetensors, .npy files, or a folder for Hugging Face.",
      "FROM may be anything that 'd2v inspect' reads. Numbers become F32; a safetensors file carries"
          + " the configuration in its metadata, so that d2v opens it again. A teacher's names begin with _ema.",
      "Names stay as they are, or become those of the other side with --names, where both mean the same"
          + " computation: data2vec 2.0 (fairseq) and Hugging Face's data2vec."
    },
    mixinStandardHelpOptions = true)
public final class ConvertCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(index = "0", paramLabel = "FROM", description = "A file, run or checkpoint.")
  private Path from = Path.of(".");

  @Parameters(
      index = "1",
      paramLabel = "TO",
      description =
          "NAME.safetensors; or a new folder, for .npy files or, with --names, for a model with all"
              + " that it needs.")
  private Path to = Path.of(".");

  @Option(
      names = "--part",
      paramLabel = "PART",
      description =
          "student, teacher (its values where it has some, under the student's names) or both"
              + " (default: both).")
  private String part = "both";

  @Option(
      names = "--names",
      paramLabel = "WHOSE",
      description =
          "huggingface: write a data2vec 2.0 model as Hugging Face's data2vec; fairseq: the other"
              + " way. What has no form there is refused with the reasons.")
  private Optional<String> names = Optional.empty();

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
    if (names.isPresent()) {
      if (!List.of("huggingface", "fairseq").contains(names.get())) {
        throw new UserError("--names takes huggingface or fairseq, got '" + names.get() + "'");
      }
      return exchange(names.get(), wanted);
    }
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
      if (single) {
        Exchange.besideOneFile(weights)
            .ifPresent(
                what -> terminal.out().printf("to be opened, it needs beside it %s%n", what));
      }
      if (!left.isEmpty()) {
        left("neither student's nor teacher's", left);
      }
    }
    return 0;
  }

  private void left(String which, List<String> left) {
    terminal
        .out()
        .printf(
            "left aside: %d tensors that are %s (%s%s)%n",
            left.size(),
            which,
            String.join(", ", left.subList(0, Math.min(3, left.size()))),
            left.size() > 3 ? ", ..." : "");
  }

  /// To the names of the other side.
  private int exchange(String whose, Conversion.Part wanted) throws IOException {
    boolean theirs = Exchange.huggingFaces(from);
    if (theirs == whose.equals("huggingface")) {
      throw new UserError(
          theirs
              ? from + " has these names already: leave out --names"
              : "--names fairseq takes a model of Hugging Face's, a folder or the one file that it was converted to; %s has fairseq's names already"
                  .formatted(from));
    }
    if (Files.exists(to)) {
      throw new UserError(to + " exists already: choose another name");
    }
    Interchange.Written written;
    if (theirs) {
      written = Exchange.toPublished(from, to);
    } else {
      if (to.toString().endsWith(".safetensors")) {
        throw new UserError(
            "--names huggingface writes a folder: choose a name without .safetensors");
      }
      written = Exchange.toHuggingFace(from, to, wanted == Conversion.Part.TEACHER);
    }
    terminal.out().printf("%s: %d tensors%n", to, written.tensors());
    if (!written.left().isEmpty()) {
      left("not of the encoder", written.left());
    }
    return 0;
  }
}
