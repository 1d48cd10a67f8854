package dev.d2v.data;

import dev.d2v.data.common.EpochOrder;
import dev.d2v.data.common.Prefetcher;
import dev.d2v.tensor.random.RandomStream;
import java.util.Optional;

/// Batches for training: batch `u` is a function of the data, the settings and `u` alone, so a
/// resumed run sees what an uninterrupted one would have seen, whatever the number of threads.
///
/// The n images are shuffled anew in every epoch, by the random stream (seed, order, epoch, 0), and
/// cut into `n / batch` full batches; what is left over waits for another epoch. If there are fewer
/// images than a batch holds, an epoch is one batch and goes round them, each time with another
/// crop and flip. Crops and flips come from the stream (seed, augmentation, epoch, number of the
/// image). In place of a file that cannot be read comes the next one that can.
///
/// Used by one thread.
public final class ImageLoader implements AutoCloseable {
  /// How batches are made.
  ///
  /// @param batch images in a batch
  /// @param format what the network takes
  /// @param augmentation framing and flips
  /// @param seed of the run
  /// @param orderStream random stream of the order of the data, `Streams.DATA_ORDER` of d2v-nn
  /// @param augmentationStream random stream of crops and flips, `Streams.AUGMENTATION` of d2v-nn
  /// @param threads threads that prepare batches ahead; 0 prepares them when asked for
  /// @param ahead batches prepared ahead, at least 1
  public record Settings(
      int batch,
      ImageFormat format,
      Augmentation augmentation,
      long seed,
      int orderStream,
      int augmentationStream,
      int threads,
      int ahead) {
    /// Checks the numbers.
    public Settings {
      if (batch <= 0 || threads < 0 || ahead < 1) {
        throw new IllegalArgumentException(
            "expected batch >= 1, threads >= 0 and ahead >= 1, got %d, %d and %d"
                .formatted(batch, threads, ahead));
      }
    }

    /// Streams 10 and 11, two batches ahead.
    public static Settings of(
        int batch, ImageFormat format, Augmentation augmentation, long seed, int threads) {
      return new Settings(batch, format, augmentation, seed, 10, 11, threads, 2);
    }
  }

  private final ImageDataset data;
  private final Settings settings;
  private final FloatWriter writer;
  private final Prefetcher prefetcher;

  private final EpochOrder order;

  /// A loader over `data`. Threads start only where decoding or cropping is worth them.
  ///
  /// @throws DataException when there are no images, or their sizes do not fit the framing
  public ImageLoader(ImageDataset data, Settings settings) {
    check(data, settings.format(), settings.augmentation());
    this.data = data;
    this.settings = settings;
    this.order = new EpochOrder(data.size(), settings.seed(), settings.orderStream());
    this.writer = new FloatWriter(settings.format(), settings.augmentation());
    boolean trivial = data.inMemory() && settings.augmentation().cheap();
    this.prefetcher =
        new Prefetcher(
            new Rows(),
            trivial ? 0 : settings.threads(),
            settings.ahead(),
            settings.batch(),
            Math.multiplyExact(settings.batch(), settings.format().floats()));
  }

  static void check(ImageDataset data, ImageFormat format, Augmentation augmentation) {
    if (data.size() == 0) {
      throw new DataException(
          "%s: expected at least one image, found none.".formatted(data.name()));
    }
    data.sizes()
        .flatMap(sizes -> augmentation.framing().objection(sizes, format.size()))
        .ifPresent(sentence -> {
          throw new DataException(data.name() + ": " + sentence);
        });
  }

  /// Updates that go once through the data, at least 1.
  public long updatesPerEpoch() {
    return Math.max(1, data.size() / settings.batch());
  }

  /// The epoch, from 0, that update `update` belongs to.
  public int epoch(long update) {
    return Math.toIntExact(update / updatesPerEpoch());
  }

  /// The batch of update `update`, from 0; it is valid until the next call. Consecutive updates are
  /// prepared ahead; any other order gives the same batches.
  ///
  /// @throws DataException when an image cannot be used, naming it
  public ImageBatch batch(long update) {
    if (update < 0) {
      throw new IllegalArgumentException("updates count from 0, got " + update);
    }
    Prefetcher.Slot slot = prefetcher.take(update);
    if (slot == null) {
      throw new IllegalStateException("a training loader has no end");
    }
    return new ImageBatch(slot.values(), slot.indices(), slot.labels(), slot.rows());
  }

  @Override
  public void close() {
    prefetcher.close();
  }

  private final class Rows implements Prefetcher.Source {
    @Override
    public int rows(long update) {
      return settings.batch();
    }

    @Override
    public void fill(Prefetcher.Slot slot, int row) {
      int epoch = epoch(slot.batch());
      int[] images = order.of(epoch);
      int n = images.length;
      long position = slot.batch() % updatesPerEpoch() * settings.batch() + row;
      int round = (int) (position / n);
      int wanted = images[(int) (position % n)];
      int item = wanted + round * n;
      RandomStream random =
          new RandomStream(settings.seed(), settings.augmentationStream(), epoch, item);
      for (int i = 0; i < n; i++) {
        int index = (wanted + i) % n;
        Optional<Pixels> image = data.image(index);
        if (image.isPresent()) {
          slot.indices()[row] = index;
          slot.labels()[row] = data.label(index);
          write(data, writer, image.get(), index, random, slot, row, settings.format());
          return;
        }
      }
      throw new DataException(
          "%s: no image can be read. %s".formatted(data.name(), data.skipped().summary()));
    }
  }

  static void write(
      ImageDataset data,
      FloatWriter writer,
      Pixels image,
      int index,
      RandomStream random,
      Prefetcher.Slot slot,
      int row,
      ImageFormat format) {
    try {
      writer.write(image, random, slot.values(), row * format.floats());
    } catch (DataException e) {
      throw new DataException(data.describe(index) + ": " + e.getMessage(), e);
    }
  }
}
