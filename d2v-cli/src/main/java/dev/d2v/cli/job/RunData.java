package dev.d2v.cli.job;

import dev.d2v.data.Augmentation;
import dev.d2v.data.DataSplits;
import dev.d2v.data.Datasets;
import dev.d2v.data.Framing;
import dev.d2v.data.ImageDataset;
import dev.d2v.data.ImageFormat;
import dev.d2v.data.ImageLoader;
import dev.d2v.data.ImagePass;
import dev.d2v.data.RandomResizedCrop;
import dev.d2v.data.Samples;
import dev.d2v.model.image.ImageConfig;
import dev.d2v.model.train.ImageData;
import dev.d2v.model.train.Recipe;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The images of a run, and how the model wants them.
///
/// @param splits what is learned from and what is held out
/// @param format size, channels, mean and deviation
/// @param source where they came from: a path, or empty for the sample
public record RunData(DataSplits splits, ImageFormat format, Optional<Path> source) {
  /// Opens the data of a recipe.
  ///
  /// @param source an IDX file or a folder; empty: the sample that the project ships
  public static RunData open(Recipe recipe, Optional<Path> source) {
    DataSplits splits =
        source
            .map(path -> Datasets.open(path, recipe.train().seed()))
            .orElseGet(() -> Samples.fashionMnist(home()));
    ImageConfig image = recipe.model().requireImage();
    ImageData data = recipe.data().requireImage();
    ImageFormat format =
        new ImageFormat(
            image.imageSize(), image.channels(), floats(data.mean()), floats(data.std()));
    return new RunData(splits, format, source);
  }

  /// The project's folder, which the launcher names.
  private static Path home() {
    return Path.of(System.getProperty("d2v.home", "."));
  }

  private static float[] floats(List<Double> values) {
    float[] out = new float[values.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = values.get(i).floatValue();
    }
    return out;
  }

  /// Batches to learn from, decoded ahead on so many threads.
  public ImageLoader loader(Recipe recipe, int workers) {
    ImageData data = recipe.data().requireImage();
    boolean exact = splits.train().sizes().map(s -> s.isSquareOf(format.size())).orElse(false);
    Framing framing;
    if (data.crops()) {
      framing =
          new RandomResizedCrop(
              data.cropScaleMin(), data.cropScaleMax(), data.cropRatioMin(), data.cropRatioMax());
    } else {
      framing = exact ? new Framing.AsIs() : new Framing.CentreCrop();
    }
    return new ImageLoader(
        splits.train(),
        ImageLoader.Settings.of(
            recipe.train().batch(),
            format,
            new Augmentation(framing, data.flip()),
            recipe.train().seed(),
            workers));
  }

  /// The first images of a part, in order, as the model sees them in evaluation.
  public Images read(ImageDataset part, int limit, int threads) {
    int count = Math.min(limit, part.size());
    float[] pixels = new float[Math.multiplyExact(count, format.floats())];
    int[] labels = new int[count];
    int[] indices = new int[count];
    int[] at = new int[1];
    ImagePass pass = new ImagePass(part, format, new Framing.CentreCrop(), 64, count, threads);
    pass.forEach(batch -> {
      int n = Math.min(batch.count(), count - at[0]);
      System.arraycopy(batch.pixels(), 0, pixels, at[0] * format.floats(), n * format.floats());
      System.arraycopy(batch.labels(), 0, labels, at[0], n);
      System.arraycopy(batch.indices(), 0, indices, at[0], n);
      at[0] += n;
    });
    if (at[0] == count) {
      return new Images(pixels, labels, indices, count);
    }
    return new Images(
        java.util.Arrays.copyOf(pixels, at[0] * format.floats()),
        java.util.Arrays.copyOf(labels, at[0]),
        java.util.Arrays.copyOf(indices, at[0]),
        at[0]);
  }

  /// Images in order.
  ///
  /// @param pixels (count,C,H,W)
  /// @param labels class of each, or -1
  /// @param indices number of each in its part
  /// @param count how many
  public record Images(float[] pixels, int[] labels, int[] indices, int count) {}
}
