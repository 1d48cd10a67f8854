package dev.d2v.cli.embed;

import dev.d2v.cli.error.Failures;
import dev.d2v.cli.error.UserError;
import dev.d2v.cli.run.ProgressLine;
import dev.d2v.cli.run.Terminal;
import dev.d2v.data.DataException;
import dev.d2v.embed.Embedder;
import dev.d2v.embed.EmbedderOptions;
import dev.d2v.embed.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
  /// Batches that are read before the files are sorted by length.
  private static final int WINDOW = 8;

  /// How far a vector may be from the same one made on another machine, as a share of its length.
  private static final double SAME = 1e-3;

  private final Terminal terminal;

  @Parameters(index = "0", paramLabel = "MODEL", description = "What to open.")
  private Path model = Path.of(".");

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "FILES",
      description = "Files, and folders whose files of the model's kind count. @LIST reads names.")
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

  @Option(names = "--batch", paramLabel = "N", description = "Samples at once. Default: 16.")
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
    int threads = threads();
    if (batch < 1 || threads < 1) {
      throw new UserError(
          "--batch (%d) and --threads (%d) must be at least 1".formatted(batch, threads));
    }
    if (resume && out.isEmpty()) {
      throw new UserError("--resume needs --out: the file to go on with");
    }
    out.ifPresent(file -> VectorOutput.check(file, resume));
    EmbedderOptions options = vector.options().batch(batch).sessions(1, threads);
    try (Embedder embedder = Embedder.open(model, options)) {
      terminal
          .err()
          .printf("%s: %s, vectors of %d%n", model, embedder.description(), embedder.width());
      embedder.remarks().forEach(terminal.err()::println);
      List<Path> all = FileList.of(files, embedder.modalities());
      try (VectorOutput output = VectorOutput.open(out, resume, embedder.width(), terminal.out())) {
        return run(embedder, all, output);
      }
    }
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

  private int run(Embedder embedder, List<Path> all, VectorOutput output) throws IOException {
    Map<String, float[]> known = output.known();
    List<Path> todo = all.stream().filter(f -> !known.containsKey(f.toString())).toList();
    checkSame(embedder, known);
    if (todo.size() < all.size()) {
      terminal.err().printf("files that are there already: %,d%n", all.size() - todo.size());
    }
    int leftOut = 0;
    try (ProgressLine progress = ProgressLine.onErrors(terminal, "embed", 0, todo.size())) {
      for (int from = 0; from < todo.size(); from += WINDOW * batch) {
        List<Path> window = todo.subList(from, Math.min(todo.size(), from + WINDOW * batch));
        leftOut += embed(embedder, window, output);
        output.flush();
        progress.update(from + window.size(), "files");
      }
    }
    output.finish();
    terminal
        .err()
        .printf(
            Locale.ROOT,
            "vectors: %,d%s%s%n",
            todo.size() - leftOut,
            out.map(o -> " in " + o).orElse(""),
            leftOut == 0 ? "" : "; files left out: %,d".formatted(leftOut));
    return leftOut == 0 ? 0 : 1;
  }

  /// Fails when the first file of an output has another vector now: it was made by another model,
  /// or with other options.
  private void checkSame(Embedder embedder, Map<String, float[]> known) {
    if (known.isEmpty()) {
      return;
    }
    Map.Entry<String, float[]> first = known.entrySet().iterator().next();
    Path file = Path.of(first.getKey());
    if (!Files.isRegularFile(file)) {
      terminal
          .err()
          .printf(
              "%s is not there any more: its vector cannot be compared with this model's%n", file);
      return;
    }
    float[] before = first.getValue();
    float[] now = embedder.embed(file);
    double difference = 0;
    double size = 0;
    for (int i = 0; i < now.length; i++) {
      difference += Math.pow(now[i] - before[i], 2);
      size += Math.pow(now[i], 2);
    }
    if (!(difference <= SAME * SAME * size)) {
      throw new UserError(
          "--out was made by another model, or with other options: the vector of %s there is not the one that this gives. Choose another name."
              .formatted(file));
    }
  }

  /// Writes the vectors of a window of files; how many were left out.
  private int embed(Embedder embedder, List<Path> window, VectorOutput output) throws IOException {
    try {
      List<float[]> vectors = embedder.embed(window.stream().map(Sample::of).toList());
      for (int i = 0; i < vectors.size(); i++) {
        output.write(window.get(i).toString(), vectors.get(i));
      }
      return 0;
    } catch (DataException | IllegalArgumentException e) {
      if (window.size() == 1) {
        Path file = window.getFirst();
        String reason = Files.exists(file) ? Failures.sentence(e) : "there is no such file";
        terminal.err().println("left out " + named(file, reason));
        return 1;
      }
    }
    // One of them is bad: a file at a time shows which.
    int leftOut = 0;
    for (Path file : window) {
      leftOut += embed(embedder, List.of(file), output);
    }
    return leftOut;
  }

  private static String named(Path file, String sentence) {
    return sentence.startsWith(file.toString()) ? sentence : file + ": " + sentence;
  }
}
