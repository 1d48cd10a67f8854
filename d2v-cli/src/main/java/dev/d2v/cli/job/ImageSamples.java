package dev.d2v.cli.job;

import dev.d2v.cli.run.Modality;
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
import dev.d2v.model.Batch;
import dev.d2v.model.image.ImageConfig;
import dev.d2v.model.train.FeatureReader;
import dev.d2v.model.train.ImageData;
import dev.d2v.model.train.Recipe;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The images of a run, and how the model wants them.
final class ImageSamples implements RunSamples {
  /// At most so many images teach a probe.
  private static final int TRAIN_LIMIT = 20_000;

  /// At most so many test it.
  private static final int TEST_LIMIT = 10_000;

  /// Numbers that the images of either may take at most, half a gigabyte: of 224 x 224 pixels in
  /// colour, 891 images.
  private static final int FLOATS_LIMIT = 1 << 27;

  private final Recipe recipe;
  private final ImageConfig image;
  private final ImageData data;
  private final DataSplits splits;
  private final ImageFormat format;
  private final Optional<Path> source;

  private ImageSamples(Recipe recipe, DataSplits splits, Optional<Path> source) {
    this.recipe = recipe;
    this.image = recipe.model().requireImage();
    this.data = recipe.data().requireImage();
    this.splits = splits;
    this.format =
        new ImageFormat(
            image.imageSize(), image.channels(), floats(data.mean()), floats(data.std()));
    this.source = source;
  }

  /// Opens an IDX file or a folder; empty: the sample that the project ships.
  static ImageSamples open(Recipe recipe, Optional<Path> source, Path home) {
    DataSplits splits =
        source
            .map(path -> Datasets.open(path, recipe.train().seed()))
            .orElseGet(() -> Samples.fashionMnist(home));
    return new ImageSamples(recipe, splits, source);
  }

  private static float[] floats(List<Double> values) {
    float[] out = new float[values.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = values.get(i).floatValue();
    }
    return out;
  }

  @Override
  public Modality modality() {
    return Modality.IMAGE;
  }

  @Override
  public String name() {
    return splits.train().name();
  }

  @Override
  public Optional<Path> source() {
    return source;
  }

  @Override
  public String described() {
    return String.format(
        Locale.ROOT,
        "%s: %,d images, %,d held out (%s)",
        name(),
        splits.train().size(),
        splits.heldOut().size(),
        splits.how());
  }

  @Override
  public String input() {
    return "%d x %d x %d in patches of %d"
        .formatted(image.imageSize(), image.imageSize(), image.channels(), image.patchSize());
  }

  @Override
  public String batch() {
    return size() + " images";
  }

  private int size() {
    return data.share().batch(recipe.train().batch());
  }

  @Override
  public List<Batch.Shape> trainedShapes() {
    return List.of(new Batch.Shape(modality().key(), size(), format.floats()));
  }

  @Override
  public List<Batch.Shape> readShapes() {
    return trainedShapes().stream().map(FeatureReader::shape).toList();
  }

  @Override
  public Loader loader(int workers) {
    boolean exact = splits.train().sizes().map(s -> s.isSquareOf(format.size())).orElse(false);
    Framing framing;
    if (data.crops()) {
      framing =
          new RandomResizedCrop(
              data.cropScaleMin(), data.cropScaleMax(), data.cropRatioMin(), data.cropRatioMax());
    } else {
      framing = exact ? new Framing.AsIs() : new Framing.CentreCrop();
    }
    ImageLoader loader =
        new ImageLoader(
            splits.train(),
            ImageLoader.Settings.of(
                size(),
                format,
                new Augmentation(framing, data.flip()),
                recipe.train().seed(),
                workers));
    return new Loader() {
      @Override
      public Batch batch(long number) {
        return new Batch.Images(loader.batch(number).pixels(), size());
      }

      @Override
      public void close() {
        loader.close();
      }
    };
  }

  @Override
  public Examples train(int threads) {
    return read(splits.train(), TRAIN_LIMIT, threads);
  }

  @Override
  public Examples heldOut(int threads) {
    return read(splits.heldOut(), TEST_LIMIT, threads);
  }

  /// Images spread over a part, in order, as the model sees them in evaluation.
  private ImageExamples read(ImageDataset part, int limit, int threads) {
    int each = format.floats();
    int count = Math.min(part.size(), Math.clamp(FLOATS_LIMIT / each, 1, limit));
    float[] pixels = new float[Math.multiplyExact(count, each)];
    int[] labels = new int[count];
    int[] at = new int[1];
    ImagePass pass = new ImagePass(part, format, new Framing.CentreCrop(), 64, count, threads);
    pass.forEach(batch -> {
      int n = Math.min(batch.count(), count - at[0]);
      System.arraycopy(batch.pixels(), 0, pixels, at[0] * each, n * each);
      System.arraycopy(batch.labels(), 0, labels, at[0], n);
      at[0] += n;
    });
    return at[0] == count
        ? new ImageExamples(pixels, labels, format)
        : new ImageExamples(
            Arrays.copyOf(pixels, at[0] * each), Arrays.copyOf(labels, at[0]), format);
  }

  @Override
  public boolean labelled() {
    return splits.train().labelled() && splits.heldOut().labelled();
  }

  @Override
  public List<String> classNames() {
    return splits.heldOut().classNames();
  }

  @Override
  public String skipped() {
    return splits.train().skipped().summary();
  }

  @Override
  public void close() {
    // nothing stays open
  }
}
