package dev.d2v.cli.embed;

import dev.d2v.cli.error.UserError;
import dev.d2v.cli.run.Terminal;
import dev.d2v.cli.run.Threads;
import dev.d2v.embed.Embedder;
import dev.d2v.embed.EmbedderOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `d2v embed MODEL FILES...`: a vector of each file.
@Command(
    name = "embed",
    description = {
      "Vectors of images, recordings or texts by a trained model.",
      "MODEL is the folder of a run, a .pt file of fairseq's data2vec 2.0, or a folder of a Hugging"
          + " Face data2vec model. Files that cannot be used are left out and named; the exit"
          + " status is then 1."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class EmbedCommand implements Callable<Integer> {
  /// More would be more than any workspace holds.
  private static final int MOST_BATCH = 65_536;

  /// For up to so many files, copying weights takes longer than it saves.
  private static final int FEW = 8;

  private final Terminal terminal;

  @Parameters(index = "0", paramLabel = "MODEL", description = "What to open.")
  private Path model = Path.of(".");

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "FILES",
      description =
          "Files, and folders whose files of the model's kind count. @LIST reads names from a file, one"
              + " a line as it is, blanks and quotes too; lines that begin with # are passed over.")
  private List<Path> files = new ArrayList<>();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "Where the vectors go: .jsonl, .csv, or .npy with the names in .files.txt beside it."
              + " Default: JSON lines on standard output.")
  private Optional<Path> out = Optional.empty();

  @Option(names = "--resume", description = "Go on with --out: files in it are not done again.")
  private boolean resume;

  @Mixin private final VectorOptions vector = new VectorOptions();

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Samples at once, at most 65536. Default: 16.")
  private int batch = 16;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Default: all cores; half of them for a single file, while code is compiled.")
  private @Nullable Integer threads;

  /// Writes to a terminal.
  public EmbedCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    int threads = Threads.checked(threads());
    if (batch < 1 || batch > MOST_BATCH) {
      throw new UserError(
          "--batch must be 1 to %d samples at once, got %d: the default is 16"
              .formatted(MOST_BATCH, batch));
    }
    if (resume && out.isEmpty()) {
      throw new UserError("--resume needs --out: the file to go on with");
    }
    out.ifPresent(file -> VectorOutput.check(file, resume));
    EmbedderOptions options = vector.options().batch(batch).sessions(1, threads).mapped(few());
    try (Embedder embedder = Embedder.open(model, options)) {
      terminal
          .err()
          .printf("%s: %s, vectors of %d%n", model, embedder.description(), embedder.width());
      embedder.remarks().forEach(terminal.err()::println);
      FileList list = FileList.of(files, embedder.modalities());
      list.unread()
          .forEach(
              (folder, why) -> terminal.err().println("left out " + EmbedRun.named(folder, why)));
      list.check(files, embedder.modalities());
      for (Path folder : list.empty()) {
        terminal.err().println(EmbedRun.named(folder, "nothing in it that the model reads"));
      }
      EmbedRun.Count count;
      try (VectorOutput output = VectorOutput.open(out, resume, embedder.width(), terminal)) {
        count = new EmbedRun(terminal, embedder, output, batch).of(list.files());
      }
      return told(count, list.unread().size());
    }
  }

  /// The exit status.
  private int told(EmbedRun.Count count, int folders) {
    int leftOut = count.leftOut() + folders;
    terminal
        .err()
        .printf(
            Locale.ROOT,
            "vectors: %,d%s%s%n",
            count.written(),
            out.map(o -> " in " + o).orElse(""),
            leftOut == 0
                ? ""
                : "; files%s left out: %,d".formatted(folders > 0 ? " and folders" : "", leftOut));
    return leftOut == 0 ? 0 : 1;
  }

  private boolean few() {
    return files.size() <= FEW && files.stream().noneMatch(Files::isDirectory);
  }

  /// For a single file the compiler has more to do than the model, and needs cores of its own.
  private int threads() {
    if (threads != null) {
      return threads;
    }
    int cores = Runtime.getRuntime().availableProcessors();
    boolean single = files.size() == 1 && Files.isRegularFile(files.getFirst());
    return single ? Math.max(1, cores / 2) : cores;
  }
}
