package dev.d2v.data.text;

import dev.d2v.data.DataException;
import dev.d2v.data.common.EpochOrder;
import dev.d2v.data.common.Prefetcher;

/// Batches of text for training: batch `number` is a function of the data, the settings and the
/// number alone, so a resumed run sees what an uninterrupted one would have seen, whatever the
/// number of threads.
///
/// The n rows are shuffled anew in every epoch, by the random stream (seed, order, epoch, 0), and
/// cut into `n / batch` full batches; what is left over waits for another epoch. If there are fewer
/// rows than a batch holds, an epoch is one batch and goes round them. The order takes 4 bytes a
/// row of memory.
///
/// Used by one thread.
public final class TextLoader implements AutoCloseable {
  /// How batches are made.
  ///
  /// @param batch rows in a batch
  /// @param seed of the run
  /// @param orderStream random stream of the order of the data, `Streams.DATA_ORDER` of d2v-nn
  /// @param threads threads that read batches ahead; 0 reads them when asked for
  /// @param ahead batches read ahead, at least 1
  public record Settings(int batch, long seed, int orderStream, int threads, int ahead) {
    /// Checks the numbers.
    public Settings {
      if (batch <= 0 || threads < 0 || ahead < 1) {
        throw new IllegalArgumentException(
            "expected batch >= 1, threads >= 0 and ahead >= 1, got %d, %d and %d"
                .formatted(batch, threads, ahead));
      }
    }

    /// Stream 10, two batches ahead.
    public static Settings of(int batch, long seed, int threads) {
      return new Settings(batch, seed, 10, threads, 2);
    }
  }

  private final TextBlocks blocks;
  private final Settings settings;
  private final Prefetcher prefetcher;

  private final EpochOrder order;

  /// A loader over `blocks`, whose store must stay open.
  ///
  /// @throws DataException when there are no rows
  public TextLoader(TextBlocks blocks, Settings settings) {
    if (blocks.size() == 0) {
      throw new DataException(
          "%s: expected at least one row of tokens, found none.".formatted(blocks.name()));
    }
    this.blocks = blocks;
    this.settings = settings;
    this.order = new EpochOrder(blocks.size(), settings.seed(), settings.orderStream());
    this.prefetcher =
        new Prefetcher(
            new Rows(),
            settings.threads(),
            settings.ahead(),
            settings.batch(),
            0,
            Math.multiplyExact(settings.batch(), blocks.length()));
  }

  /// Batches that go once through the data, at least 1.
  public long batchesPerEpoch() {
    return Math.max(1, blocks.size() / settings.batch());
  }

  /// The epoch, from 0, that batch `number` belongs to.
  public int epoch(long number) {
    return Math.toIntExact(number / batchesPerEpoch());
  }

  /// Batch `number`, from 0; it is valid until the next call. Consecutive numbers are read ahead;
  /// any other order gives the same batches. Where several batches make an update, batch b of
  /// update u is number `u * perUpdate + b`.
  ///
  /// @throws DataException when the tokens cannot be read
  public TextBatch batch(long number) {
    if (number < 0) {
      throw new IllegalArgumentException("batches count from 0, got " + number);
    }
    Prefetcher.Slot slot = prefetcher.take(number);
    if (slot == null) {
      throw new IllegalStateException("a training loader has no end");
    }
    return new TextBatch(slot.tokens(), slot.rows(), blocks.length(), slot.indices());
  }

  @Override
  public void close() {
    prefetcher.close();
  }

  private final class Rows implements Prefetcher.Source {
    @Override
    public int rows(long number) {
      return settings.batch();
    }

    @Override
    public void fill(Prefetcher.Slot slot, int row) {
      int[] rows = order.of(epoch(slot.batch()));
      long position = slot.batch() % batchesPerEpoch() * settings.batch() + row;
      int item = rows[(int) (position % rows.length)];
      slot.indices()[row] = item;
      blocks.read(item, slot.tokens(), row * blocks.length());
    }
  }
}
