package dev.d2v.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// Grey images of one size in MNIST's IDX format, held in memory.
public final class IdxDataset implements ImageDataset {
  /// A file beside the images that names the classes, one a line, class 0 first.
  public static final String CLASS_NAMES_FILE = "classes.txt";

  private final Path file;
  private final List<Pixels> images;
  private final byte[] labels;
  private final List<String> classNames;
  private final SkippedFiles skipped = new SkippedFiles(0, 0);

  private IdxDataset(Path file, List<Pixels> images, byte[] labels, List<String> classNames) {
    this.file = file;
    this.images = images;
    this.labels = labels;
    this.classNames = classNames;
  }

  /// Images without labels.
  public static IdxDataset open(Path imageFile) {
    return new IdxDataset(imageFile, read(imageFile), new byte[0], List.of());
  }

  /// Images and their labels. Classes are named by `classes.txt` beside the images, else by their
  /// numbers.
  ///
  /// @throws DataException when a file is damaged, or the two differ in number
  public static IdxDataset open(Path imageFile, Path labelFile) {
    List<Pixels> images = read(imageFile);
    byte[] labels = IdxFile.labels(labelFile);
    if (labels.length != images.size()) {
      throw new DataException(
          "%s: expected %d labels, one for each image in %s, found %d."
              .formatted(labelFile, images.size(), imageFile.getFileName(), labels.length));
    }
    int classes = 0;
    for (byte label : labels) {
      classes = Math.max(classes, (label & 0xff) + 1);
    }
    return new IdxDataset(imageFile, images, labels, names(imageFile, classes));
  }

  private static List<Pixels> read(Path file) {
    IdxFile.Images images = IdxFile.images(file);
    return IntStream.range(0, images.rows().length)
        .mapToObj(i -> new Pixels(images.rows()[i], images.width(), images.height(), 1))
        .toList();
  }

  private static List<String> names(Path imageFile, int classes) {
    Path file = imageFile.resolveSibling(CLASS_NAMES_FILE);
    if (!Files.isRegularFile(file)) {
      return IntStream.range(0, classes).mapToObj(Integer::toString).toList();
    }
    List<String> names;
    try {
      names = Files.readAllLines(file).stream().filter(line -> !line.isBlank()).toList();
    } catch (IOException e) {
      throw new DataException("%s cannot be read: %s".formatted(file, e), e);
    }
    if (names.size() < classes) {
      throw new DataException(
          "%s: expected a name for each of the %d classes, one a line, found %d."
              .formatted(file, classes, names.size()));
    }
    return names;
  }

  @Override
  public String name() {
    return file.toString();
  }

  @Override
  public int size() {
    return images.size();
  }

  @Override
  public int channels() {
    return 1;
  }

  @Override
  public Optional<SizeRange> sizes() {
    return Optional.of(SizeRange.of(images.getFirst().width(), images.getFirst().height()));
  }

  @Override
  public int label(int i) {
    return labels.length == 0 ? NO_LABEL : labels[i] & 0xff;
  }

  @Override
  public List<String> classNames() {
    return classNames;
  }

  @Override
  public Optional<Pixels> image(int i) {
    return Optional.of(images.get(i));
  }

  @Override
  public String describe(int i) {
    return "image " + i + " of " + file;
  }

  @Override
  public boolean inMemory() {
    return true;
  }

  @Override
  public SkippedFiles skipped() {
    return skipped;
  }
}
