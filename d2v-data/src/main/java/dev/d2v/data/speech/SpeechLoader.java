package dev.d2v.data.speech;

import dev.d2v.data.DataException;
import dev.d2v.data.common.Prefetcher;
import dev.d2v.tensor.random.RandomStream;
import java.util.List;
import java.util.Optional;

/// Batches of speech, decoded ahead: batch `number` is a function of the data, the settings and the
/// number alone, so a resumed run hears what an uninterrupted one would have heard, whatever the
/// number of threads.
///
/// What goes together says [SpeechBatches]. A recording longer than its batch is cropped, from a
/// place uniform over all that are possible, by the random stream (seed, augmentation, epoch,
/// number of the recording). In place of a file that cannot be used comes the next of the same
/// batch that can, or, when there is none, the next of the data set that is long enough.
///
/// To measure with held-out recordings, go through batches 0 to `batchesPerEpoch() - 1`: they are
/// the same each time. Used by one thread.
public final class SpeechLoader implements AutoCloseable {
  /// How batches are prepared.
  ///
  /// @param seed of the run
  /// @param augmentationStream random stream of crops, `Streams.AUGMENTATION` of d2v-nn
  /// @param threads threads that prepare batches ahead; 0 prepares them when asked for
  /// @param ahead batches prepared ahead, at least 1
  public record Settings(long seed, int augmentationStream, int threads, int ahead) {
    /// Checks the numbers.
    public Settings {
      if (threads < 0 || ahead < 1) {
        throw new IllegalArgumentException(
            "expected threads >= 0 and ahead >= 1, got %d and %d".formatted(threads, ahead));
      }
    }

    /// Stream 11, two batches ahead.
    public static Settings of(long seed, int threads) {
      return new Settings(seed, 11, threads, 2);
    }
  }

  private final SpeechDataset data;
  private final SpeechBatches batches;
  private final Settings settings;
  private final Prefetcher prefetcher;

  /// A loader over `data`, whose lengths `batches` was made of.
  public SpeechLoader(SpeechDataset data, SpeechBatches batches, Settings settings) {
    this.data = data;
    this.batches = batches;
    this.settings = settings;
    int items = 0;
    int samples = 0;
    for (SpeechBatches.Shape shape : batches.shapes()) {
      items = Math.max(items, shape.count());
      samples = Math.max(samples, shape.samples());
    }
    this.prefetcher =
        new Prefetcher(new Rows(), settings.threads(), settings.ahead(), items, samples);
  }

  /// Every shape that a batch can have.
  public List<SpeechBatches.Shape> shapes() {
    return batches.shapes();
  }

  /// Batches that go once through the data.
  public int batchesPerEpoch() {
    return batches.perEpoch();
  }

  /// The epoch, from 0, that batch `number` belongs to.
  public int epoch(long number) {
    return batches.epoch(number);
  }

  /// Batch `number`, from 0; it is valid until the next call. Consecutive numbers are prepared
  /// ahead; any other order gives the same batches. Where several batches make an update, batch b
  /// of update u is number `u * perUpdate + b`.
  ///
  /// @throws DataException when too many files cannot be read
  public SpeechBatch batch(long number) {
    if (number < 0) {
      throw new IllegalArgumentException("batches count from 0, got " + number);
    }
    Prefetcher.Slot slot = prefetcher.take(number);
    if (slot == null) {
      throw new IllegalStateException("a training loader has no end");
    }
    int length = batches.plan(number).length();
    return new SpeechBatch(slot.values(), slot.rows(), length, slot.indices());
  }

  @Override
  public void close() {
    prefetcher.close();
  }

  private final class Rows implements Prefetcher.Source {
    @Override
    public int rows(long number) {
      return batches.plan(number).items().length;
    }

    @Override
    public void fill(Prefetcher.Slot slot, int row) {
      SpeechBatches.Plan plan = batches.plan(slot.batch());
      int[] items = plan.items();
      int wanted = items[row];
      for (int i = 0; i < items.length; i++) {
        if (filled(slot, row, plan, items[(row + i) % items.length])) {
          return;
        }
      }
      for (int i = 1; i < data.size(); i++) {
        int other = (wanted + i) % data.size();
        if (data.length(other) >= plan.length() && filled(slot, row, plan, other)) {
          return;
        }
      }
      throw new DataException(
          "%s: no recording of %d samples can be read. %s"
              .formatted(data.name(), plan.length(), data.skipped().summary()));
    }

    private boolean filled(Prefetcher.Slot slot, int row, SpeechBatches.Plan plan, int item) {
      Optional<float[]> found = data.sample(item);
      if (found.isEmpty()) {
        return false;
      }
      float[] samples = found.get();
      int length = plan.length();
      // By the recording that was planned: a stand-in is cropped elsewhere than where it is itself.
      RandomStream random =
          new RandomStream(
              settings.seed(),
              settings.augmentationStream(),
              batches.epoch(slot.batch()),
              plan.items()[row]);
      int start = random.nextInt(samples.length - length + 1);
      System.arraycopy(samples, start, slot.values(), row * length, length);
      slot.indices()[row] = item;
      slot.labels()[row] = data.label(item);
      return true;
    }
  }
}
