package dev.d2v.cli.weights;

import dev.d2v.cli.error.UserError;
import dev.d2v.cli.run.ProgressLine;
import dev.d2v.cli.run.Terminal;
import dev.d2v.cli.run.Threads;
import dev.d2v.data.eval.Features;
import dev.d2v.data.eval.LogisticRegression;
import dev.d2v.embed.Embedder;
import dev.d2v.embed.EmbedderOptions;
import dev.d2v.embed.Modality;
import dev.d2v.embed.Quantizer;
import dev.d2v.embed.Sample;
import dev.d2v.nn.Storage;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `d2v quantize MODEL OUT`: the same model in fewer bits, and what that costs.
@Command(
    name = "quantize",
    description = {
      "A model with its weights in fewer bits, for inference, and what that costs.",
      "MODEL is whatever 'd2v embed' takes, and so is OUT afterwards. Both are then compared on samples:"
          + " the cosine similarity of their vectors, and the accuracy of a linear probe on held-out ones."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class QuantizeCommand implements Callable<Integer> {
  /// Points of accuracy that may be lost.
  private static final double MOST_LOST = 0.5;

  private static final int WINDOW = 64;

  private final Terminal terminal;
  private final Path home;

  @Parameters(index = "0", paramLabel = "MODEL", description = "What to open.")
  private Path model = Path.of(".");

  @Parameters(
      index = "1",
      paramLabel = "OUT",
      description =
          "A new folder, or NAME.safetensors for a data2vec 2.0 model that reads no text.")
  private Path out = Path.of(".");

  @Option(
      names = "--bits",
      paramLabel = "HOW",
      description = "int8 (a byte a weight, a scale a channel) or bf16. Default: int8.")
  private String bits = "int8";

  @Option(names = "--teacher", description = "The teacher's weights, where there are both.")
  private boolean teacher;

  @Option(
      names = "--data",
      paramLabel = "PATH",
      description =
          "Samples to compare on: a folder or file as 'd2v probe' takes it. Default: the sample of"
              + " the model's modality that the project ships.")
  private Optional<Path> data = Optional.empty();

  @Option(
      names = "--samples",
      paramLabel = "N",
      description =
          "At most so many samples to fit a probe with, and as many to test it. Default: 400; 0: do"
              + " not compare.")
  private int most = 400;

  @Option(names = "--threads", paramLabel = "N", description = "Default: all cores.")
  private int threads = Runtime.getRuntime().availableProcessors();

  /// Whether what lies at [#out] is this command's.
  private boolean begun;

  /// Writes to a terminal.
  ///
  /// @param home the project's folder, the one with `samples/`
  public QuantizeCommand(Terminal terminal, Path home) {
    this.terminal = terminal;
    this.home = home;
  }

  @Override
  public Integer call() throws IOException {
    Storage storage =
        switch (bits) {
          case "int8" -> Storage.INT8;
          case "bf16" -> Storage.BF16;
          default -> throw new UserError("--bits takes int8 or bf16, got '" + bits + "'");
        };
    Threads.checked(threads);
    if (most < 0) {
      throw new UserError("--samples must be at least 0, got " + most);
    }
    if (Files.exists(out)) {
      throw exists();
    }
    boolean done = false;
    try {
      quantize(storage);
      done = true;
    } finally {
      if (begun && !done) {
        remove();
      }
    }
    return 0;
  }

  private void quantize(Storage storage) throws IOException {
    Map<Modality, MeasuringSamples> samples = new LinkedHashMap<>();
    Path weights;
    Measured before;
    try (Embedder embedder =
        Embedder.open(model, options().teacher(teacher).storage(Storage.F32))) {
      terminal.out().printf("%s: %s%n", model, embedder.description());
      if (most > 0) {
        for (Modality modality : new TreeSet<>(embedder.modalities())) {
          samples.put(modality, MeasuringSamples.open(modality, data, home, most));
        }
      }
      weights = written(storage);
      before = measure(embedder, samples, "before");
    }
    Measured after;
    try (Embedder embedder = Embedder.open(out, options())) {
      after = measure(embedder, samples, "after");
    }
    terminal
        .out()
        .printf(
            Locale.ROOT,
            "file     %s, %,d bytes%nweights  %,d bytes in memory, %,d before: %.1f %%%n",
            weights,
            Files.size(weights),
            after.weightBytes,
            before.weightBytes,
            100.0 * after.weightBytes / before.weightBytes);
    samples.forEach((modality, s) -> compare(modality, s, before, after));
  }

  private Path written(Storage storage) throws IOException {
    try {
      Path weights = Quantizer.write(model, out, storage, teacher);
      begun = true;
      return weights;
    } catch (FileAlreadyExistsException e) {
      throw exists();
    }
  }

  private UserError exists() {
    return new UserError(out + " exists already: choose another name");
  }

  /// Removes what this command has written: a model that nobody has compared would be in the way of
  /// the next try.
  private void remove() throws IOException {
    if (Files.isDirectory(out)) {
      try (Stream<Path> files = Files.list(out)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
    }
    Files.delete(out);
  }

  private EmbedderOptions options() {
    return EmbedderOptions.defaults().sessions(1, threads);
  }

  /// What one of the models made of the samples.
  ///
  /// @param weightBytes in memory
  /// @param train vectors by modality
  /// @param heldOut vectors by modality
  private record Measured(
      long weightBytes, Map<Modality, List<float[]>> train, Map<Modality, List<float[]>> heldOut) {}

  private Measured measure(
      Embedder embedder, Map<Modality, MeasuringSamples> samples, String when) {
    Map<Modality, List<float[]>> train = new LinkedHashMap<>();
    Map<Modality, List<float[]>> heldOut = new LinkedHashMap<>();
    samples.forEach((modality, s) -> {
      train.put(modality, vectors(embedder, s.labelled() ? s.train().samples() : List.of(), when));
      heldOut.put(modality, vectors(embedder, s.heldOut().samples(), when));
    });
    return new Measured(embedder.weightBytes(), train, heldOut);
  }

  private List<float[]> vectors(Embedder embedder, List<Sample> samples, String when) {
    List<float[]> all = new ArrayList<>();
    try (ProgressLine progress = ProgressLine.onErrors(terminal, when, 0, samples.size())) {
      for (int from = 0; from < samples.size(); from += WINDOW) {
        List<Sample> window = samples.subList(from, Math.min(samples.size(), from + WINDOW));
        all.addAll(embedder.embed(window));
        progress.update(all.size(), "samples");
      }
    }
    return all;
  }

  private void compare(Modality modality, MeasuringSamples s, Measured before, Measured after) {
    List<float[]> a = before.heldOut.getOrDefault(modality, List.of());
    List<float[]> b = after.heldOut.getOrDefault(modality, List.of());
    double sum = 0;
    double least = 1;
    for (int i = 0; i < a.size(); i++) {
      double cosine = cosine(a.get(i), b.get(i));
      sum += cosine;
      least = Math.min(least, cosine);
    }
    terminal
        .out()
        .printf(
            Locale.ROOT,
            "cosine   %.5f on average, %.5f at least, of the vectors of %,d held-out %s (%s)%n",
            sum / a.size(),
            least,
            a.size(),
            modality.noun(),
            s.name());
    if (!s.labelled()) {
      terminal.out().println("probe    none: these samples have no labels of two or more classes");
      return;
    }
    double first = accuracy(s, before.train, before.heldOut, modality);
    double second = accuracy(s, after.train, after.heldOut, modality);
    double lost = 100 * (first - second);
    terminal
        .out()
        .printf(
            Locale.ROOT,
            "probe    %.2f %% of %,d held-out %s right, %.2f %% before: %.2f points %s%n",
            100 * second,
            b.size(),
            modality.noun(),
            100 * first,
            Math.abs(lost),
            lost > 0 ? "lost" : "gained");
    if (lost > MOST_LOST) {
      terminal
          .out()
          .printf(
              Locale.ROOT,
              "warning: that is more than %.1f points, net %d samples; more --samples tell it more exactly%s%n",
              MOST_LOST,
              Math.round(lost * b.size() / 100),
              bits.equals("int8") ? ", --bits bf16 costs less" : "");
    }
  }

  private double accuracy(
      MeasuringSamples s,
      Map<Modality, List<float[]>> train,
      Map<Modality, List<float[]>> heldOut,
      Modality modality) {
    return LogisticRegression.fit(features(train, modality), s.train().labels(), threads)
        .accuracy(features(heldOut, modality), s.heldOut().labels());
  }

  private static Features features(Map<Modality, List<float[]>> vectors, Modality modality) {
    return Features.of(vectors.getOrDefault(modality, List.of()).toArray(float[][]::new));
  }

  private static double cosine(float[] a, float[] b) {
    double product = 0;
    double first = 0;
    double second = 0;
    for (int i = 0; i < a.length; i++) {
      product += (double) a[i] * b[i];
      first += (double) a[i] * a[i];
      second += (double) b[i] * b[i];
    }
    return product / Math.sqrt(Math.max(first * second, Double.MIN_NORMAL));
  }
}
