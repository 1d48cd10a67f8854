package dev.d2v.data;

import java.nio.file.Files;
import java.nio.file.Path;

/// The small data that the project brings along, in `samples/`.
public final class Samples {
  private static final int TRAIN = 8_000;

  private Samples() {}

  /// Fashion-MNIST's 10,000-image file: the first 8,000 to learn from, the last 2,000 held out.
  ///
  /// @param home the project's folder, the one that holds `samples/`
  /// @throws DataException when the files are missing or damaged
  public static DataSplits fashionMnist(Path home) {
    Path folder = home.resolve("samples").resolve("fashion-mnist");
    Path images = folder.resolve("t10k-images-idx3-ubyte.gz");
    if (!Files.isRegularFile(images)) {
      throw new DataException(
          "%s: expected the sample that comes with the project, found nothing. Restore the folder samples/ from the project's repository, or name data of your own."
              .formatted(images));
    }
    ImageDataset all = IdxDataset.open(images, folder.resolve("t10k-labels-idx1-ubyte.gz"));
    String name = "Fashion-MNIST sample";
    return new DataSplits(
        Subset.range(all, 0, TRAIN, name + " (train part)"),
        Subset.range(all, TRAIN, all.size(), name + " (held-out part)"),
        "the first %d and the last %d images of the file".formatted(TRAIN, all.size() - TRAIN));
  }
}
