package dev.d2v.model.checkpoint;

import dev.d2v.model.Data2Vec2;
import dev.d2v.tensor.io.FormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// The checkpoints of a run, `step-NNNNNN/` each. One is written beside the others under a
/// temporary name and renamed when it is whole, so a kill at any moment leaves the ones before it
/// as they were.
///
/// @param folder where they lie
/// @param keep how many of the newest stay
public record CheckpointFolder(Path folder, int keep) {
  private static final String PREFIX = "step-";
  private static final String TEMPORARY = ".writing-";

  /// A checkpoint that proved whole.
  public record Valid(Path path, Checkpoint.State state) {}

  /// Writes one, then removes the oldest beyond `keep` and what an earlier kill left half-written.
  public Path write(Data2Vec2 model, Checkpoint.State state) throws IOException {
    Files.createDirectories(folder);
    String name = "%s%06d".formatted(PREFIX, state.update());
    Path temporary = folder.resolve(TEMPORARY + name);
    delete(temporary);
    Files.createDirectory(temporary);
    Checkpoint.write(temporary, model, state);
    Path path = folder.resolve(name);
    delete(path);
    Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
    prune();
    return path;
  }

  /// The newest checkpoint that is whole; each damaged one that is passed over is told to `damaged`
  /// in a sentence.
  public Optional<Valid> newest(Consumer<String> damaged) throws IOException {
    for (Path path : all()) {
      try {
        return Optional.of(new Valid(path, Checkpoint.verify(path)));
      } catch (FormatException | NoSuchFileException e) {
        damaged.accept(
            "checkpoint "
                + path
                + " is damaged ("
                + (e instanceof NoSuchFileException ? "missing " : "")
                + e.getMessage()
                + "); trying the one before it");
      }
    }
    return Optional.empty();
  }

  /// All that carry a checkpoint's name, newest first, whole or not.
  public List<Path> all() throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(p -> p.getFileName().toString().matches(PREFIX + "\\d+"))
          .sorted(Comparator.comparingLong(CheckpointFolder::update).reversed())
          .toList();
    }
  }

  private static long update(Path path) {
    return Long.parseLong(path.getFileName().toString().substring(PREFIX.length()));
  }

  private void prune() throws IOException {
    List<Path> all = all();
    for (Path old : all.subList(Math.min(keep, all.size()), all.size())) {
      delete(old);
    }
    try (Stream<Path> entries = Files.list(folder)) {
      for (Path left :
          entries.filter(p -> p.getFileName().toString().startsWith(TEMPORARY)).toList()) {
        delete(left);
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> entries = Files.walk(folder)) {
      for (Path p : entries.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(p);
      }
    }
  }
}
