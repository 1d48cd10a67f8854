package dev.d2v.data;

import dev.d2v.tensor.random.RandomStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Recognises what lies at a path.
///
/// | at the path | train | held out |
/// |---|---|---|
/// | folder with `train-images-idx3-ubyte[.gz]` and `t10k-...` or `test-...` | the first | the second |
/// | folder with one IDX file of images, or such a file | 80 % | 20 % |
/// | folder with `train/` and `val/`, `valid/`, `validation/` or `test/` | the first | the second |
/// | folder with `train/` alone | 80 % of it | 20 % of it |
/// | folder of images, perhaps in a sub-folder per class | 80 % | 20 % |
///
/// Labels of an IDX file lie beside it under the name with `labels-idx1` for `images-idx3`.
public final class Datasets {
  /// The stream that chooses the held-out part.
  public static final int SPLIT_STREAM = 14;

  private static final double HELD_OUT = 0.2;
  private static final Pattern IDX_IMAGES =
      Pattern.compile("(.*?)images([-.])idx3([-.])ubyte(\\.gz)?");
  private static final List<String> HELD_OUT_FOLDERS =
      List.of("val", "valid", "validation", "test");

  private Datasets() {}

  /// Opens what lies at `path`; `seed` chooses the held-out fifth where there is no such part.
  ///
  /// @throws DataException when there is nothing usable, with what was expected
  public static DataSplits open(Path path, long seed) {
    return open(path, seed, FolderDataset.Options.usual());
  }

  /// The same with options for folders of images.
  public static DataSplits open(Path path, long seed, FolderDataset.Options options) {
    if (!Files.exists(path)) {
      throw new DataException(
          "%s: expected a folder of images or an IDX file, found nothing there. Check the path."
              .formatted(path.toAbsolutePath()));
    }
    if (!Files.isDirectory(path)) {
      return holdOut(openFile(path), seed);
    }
    List<Path> idx = idxImages(path);
    if (!idx.isEmpty()) {
      return openIdxFolder(path, idx, seed);
    }
    Path train = path.resolve("train");
    Optional<Path> heldOut =
        HELD_OUT_FOLDERS.stream().map(path::resolve).filter(Files::isDirectory).findFirst();
    if (Files.isDirectory(train) && heldOut.isPresent()) {
      FolderDataset first = FolderDataset.open(train, options);
      FolderDataset second = FolderDataset.open(heldOut.get(), options, first.classNames());
      return new DataSplits(
          first, second, "train/ and %s/ as they are".formatted(heldOut.get().getFileName()));
    }
    boolean onlyTrain = subFolders(path).equals(List.of(train));
    return holdOut(FolderDataset.open(onlyTrain ? train : path, options), seed);
  }

  /// Holds out a fifth, at least one image, chosen by `seed`; both parts keep the order of the
  /// whole.
  ///
  /// @throws DataException when there are fewer than two images
  public static DataSplits holdOut(ImageDataset whole, long seed) {
    int n = whole.size();
    if (n < 2) {
      throw new DataException(
          "%s: expected at least 2 images, one to learn from and one to measure with, found %d."
              .formatted(whole.name(), n));
    }
    int[] order = new int[n];
    Arrays.setAll(order, i -> i);
    new RandomStream(seed, SPLIT_STREAM, 0, 0).shuffle(order);
    int held = Math.max(1, (int) (n * HELD_OUT));
    int[] heldOut = Arrays.copyOf(order, held);
    int[] train = Arrays.copyOfRange(order, held, n);
    Arrays.sort(heldOut);
    Arrays.sort(train);
    return new DataSplits(
        new Subset(whole, train, whole.name() + " (train part)"),
        new Subset(whole, heldOut, whole.name() + " (held-out part)"),
        "%d of %d images held out, chosen by seed %d".formatted(held, n, seed));
  }

  private static ImageDataset openFile(Path file) {
    String name = file.getFileName().toString();
    if (IDX_IMAGES.matcher(name).matches()) {
      return openIdx(file);
    }
    if (IdxFile.looksLikeIdx(file)) {
      return IdxDataset.open(file);
    }
    throw new DataException(
        "%s: expected a folder of images or an IDX file of images (such as train-images-idx3-ubyte.gz), found another file. %s"
            .formatted(
                file,
                FolderDataset.isImage(file)
                    ? "Name the folder that it lies in."
                    : "Archives must be unpacked first."));
  }

  private static DataSplits openIdxFolder(Path folder, List<Path> idx, long seed) {
    if (idx.size() == 1) {
      return holdOut(openIdx(idx.getFirst()), seed);
    }
    Optional<Path> train = starting(idx, "train");
    Optional<Path> test = starting(idx, "t10k").or(() -> starting(idx, "test"));
    if (idx.size() != 2 || train.isEmpty() || test.isEmpty()) {
      throw new DataException(
          "%s: expected one IDX file of images, or two beginning with train and t10k (or test), found %s. Name the file that is meant."
              .formatted(folder, idx.stream().map(Path::getFileName).toList()));
    }
    IdxDataset first = openIdx(train.get());
    IdxDataset second = openIdx(test.get());
    if (first.labelled() != second.labelled()
        || second.classNames().size() > first.classNames().size()) {
      throw new DataException(
          "%s: expected the same classes in both parts, found %d in %s and %d in %s."
              .formatted(
                  folder,
                  first.classNames().size(),
                  train.get().getFileName(),
                  second.classNames().size(),
                  test.get().getFileName()));
    }
    return new DataSplits(
        first,
        second,
        "%s and %s as they are".formatted(train.get().getFileName(), test.get().getFileName()));
  }

  private static Optional<Path> starting(List<Path> files, String prefix) {
    return files.stream()
        .filter(file -> file.getFileName().toString().startsWith(prefix))
        .findFirst();
  }

  private static List<Path> subFolders(Path folder) {
    return list(folder, Files::isDirectory);
  }

  private static List<Path> idxImages(Path folder) {
    return list(
        folder,
        file ->
            Files.isRegularFile(file)
                && IDX_IMAGES.matcher(file.getFileName().toString()).matches());
  }

  /// What lies directly in a folder, sorted, hidden names left out.
  private static List<Path> list(Path folder, Predicate<Path> wanted) {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(path -> !path.getFileName().toString().startsWith("."))
          .filter(wanted)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new DataException("%s cannot be listed: %s".formatted(folder, e), e);
    }
  }

  /// Opens an IDX file of images, with its labels when they lie beside it.
  private static IdxDataset openIdx(Path images) {
    Matcher matcher = IDX_IMAGES.matcher(images.getFileName().toString());
    if (matcher.matches()) {
      String stem =
          matcher.group(1) + "labels" + matcher.group(2) + "idx1" + matcher.group(3) + "ubyte";
      for (String end : List.of("", ".gz")) {
        Path labels = images.resolveSibling(stem + end);
        if (Files.isRegularFile(labels)) {
          return IdxDataset.open(images, labels);
        }
      }
    }
    return IdxDataset.open(images);
  }
}
