package dev.d2v.cli.embed;

import dev.d2v.cli.error.Failures;
import dev.d2v.cli.error.UserError;
import dev.d2v.cli.run.ProgressLine;
import dev.d2v.cli.run.Terminal;
import dev.d2v.data.DataException;
import dev.d2v.embed.Embedder;
import dev.d2v.embed.Sample;
import dev.d2v.tensor.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The vectors of many files to an output; files that cannot be used are left out and named.
///
/// @param terminal where they are named
/// @param embedder makes the vectors
/// @param output takes them
/// @param batch samples that go through the model together
record EmbedRun(Terminal terminal, Embedder embedder, VectorOutput output, int batch) {
  /// How far a vector may be from the same one made on another machine, as a share of its length.
  private static final double SAME = 1e-3;

  /// What became of the files.
  ///
  /// @param written vectors that were added
  /// @param leftOut files that could not be used
  record Count(int written, int leftOut) {
    private Count and(Count other) {
      return new Count(written + other.written, leftOut + other.leftOut);
    }
  }

  /// Does the files that are not in the output yet.
  ///
  /// @throws UserError when what is there was made by another model
  Count of(List<Path> all) throws IOException {
    Map<String, float[]> known = output.known();
    List<Path> todo = all.stream().filter(f -> !known.containsKey(f.toString())).toList();
    checkSame(known);
    if (todo.size() < all.size()) {
      terminal.err().printf("files that are there already: %,d%n", all.size() - todo.size());
    }
    Count count = new Count(0, 0);
    try (ProgressLine progress = ProgressLine.onErrors(terminal, "embed", 0, todo.size())) {
      Windows windows = new Windows(todo, embedder.modalities(), batch);
      while (windows.hasNext()) {
        count = count.and(window(windows.next()));
        output.flush();
        progress.update(count.written + count.leftOut, "files");
      }
    }
    output.finish();
    return count;
  }

  /// Fails when the first file of an output has another vector now: it was made by another model,
  /// or with other options.
  private void checkSame(Map<String, float[]> known) {
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

  /// Writes the vectors of files, one after another where they cannot be had together: that shows
  /// which of them is bad, or too large for the heap.
  private Count window(List<Path> window) throws IOException {
    List<Path> usable = new ArrayList<>();
    for (Path file : window) {
      Optional<String> refused = output.refuses(file.toString());
      refused.ifPresent(reason -> leaveOut(file, reason));
      if (refused.isEmpty()) {
        usable.add(file);
      }
    }
    Count refused = new Count(0, window.size() - usable.size());
    if (usable.isEmpty()) {
      return refused;
    }
    List<float[]> vectors;
    try {
      vectors = embedder.embed(usable.stream().map(Sample::of).toList());
    } catch (DataException | IllegalArgumentException | OutOfMemoryError e) {
      return refused.and(usable.size() == 1 ? leftOut(usable.getFirst(), e) : singly(usable));
    }
    for (int i = 0; i < vectors.size(); i++) {
      output.write(usable.get(i).toString(), vectors.get(i));
    }
    return refused.and(new Count(vectors.size(), 0));
  }

  private Count singly(List<Path> files) throws IOException {
    Count count = new Count(0, 0);
    for (Path file : files) {
      count = count.and(window(List.of(file)));
    }
    return count;
  }

  private Count leftOut(Path file, Throwable why) {
    if (Files.notExists(file)) {
      return leaveOut(file, "there is no such file");
    }
    return leaveOut(
        file, Files.isReadable(file) ? Failures.sentence(why) : "no permission to read it");
  }

  private Count leaveOut(Path file, String why) {
    terminal.err().println("left out " + named(file, why));
    return new Count(0, 1);
  }

  /// A sentence that begins with the file; a line break in a name would break the line.
  static String named(Path file, String sentence) {
    String name = file.toString();
    String rest = sentence.startsWith(name) ? sentence.substring(name.length()) : ": " + sentence;
    return (name.chars().anyMatch(Character::isISOControl) ? Json.quoted(name) : name) + rest;
  }
}
