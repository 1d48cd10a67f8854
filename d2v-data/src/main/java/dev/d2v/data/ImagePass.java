package dev.d2v.data;

import dev.d2v.data.common.Prefetcher;
import dev.d2v.tensor.random.RandomStream;
import java.util.Optional;
import java.util.function.Consumer;

/// Goes once through a data set in its order, for evaluation: no shuffling, the last batch may be
/// smaller, images that cannot be read are left out.
///
/// @param data the images
/// @param format what the network takes
/// @param framing how images become square; random framings are drawn from stream 13 of seed 0
/// @param batch images in a batch, at most
/// @param limit images looked at, at most; fewer than all are spread evenly, so that sorted classes
///   all occur
/// @param threads threads that prepare batches ahead; 0 prepares them when asked for
public record ImagePass(
    ImageDataset data, ImageFormat format, Framing framing, int batch, int limit, int threads) {
  private static final int UNREADABLE = -1;
  private static final int EVALUATION_STREAM = 13;

  /// Checks that there are images and that they fit the framing.
  public ImagePass {
    if (batch <= 0 || limit <= 0 || threads < 0) {
      throw new IllegalArgumentException(
          "expected batch >= 1, limit >= 1 and threads >= 0, got %d, %d and %d"
              .formatted(batch, limit, threads));
    }
    ImageLoader.check(data, format, new Augmentation(framing, 0));
  }

  /// All images, centre crop.
  public static ImagePass over(ImageDataset data, ImageFormat format, int batch, int threads) {
    return new ImagePass(data, format, new Framing.CentreCrop(), batch, Integer.MAX_VALUE, threads);
  }

  /// Images that a pass looks at.
  public int images() {
    return Math.min(limit, data.size());
  }

  /// Hands every batch to `use`; a batch is valid during its call.
  ///
  /// @return images handed over
  public int forEach(Consumer<ImageBatch> use) {
    int total = 0;
    boolean trivial = data.inMemory() && new Augmentation(framing, 0).cheap();
    try (Prefetcher prefetcher =
        new Prefetcher(
            new Rows(),
            trivial ? 0 : threads,
            2,
            batch,
            Math.multiplyExact(batch, format.floats()))) {
      for (long i = 0; ; i++) {
        Prefetcher.Slot slot = prefetcher.take(i);
        if (slot == null) {
          return total;
        }
        int count = compact(slot);
        if (count > 0) {
          use.accept(new ImageBatch(slot.values(), slot.indices(), slot.labels(), count));
        }
        total += count;
      }
    }
  }

  /// Moves readable rows to the front.
  private int compact(Prefetcher.Slot slot) {
    int count = 0;
    int floats = format.floats();
    for (int row = 0; row < slot.rows(); row++) {
      if (slot.indices()[row] == UNREADABLE) {
        continue;
      }
      if (count < row) {
        System.arraycopy(slot.values(), row * floats, slot.values(), count * floats, floats);
        slot.indices()[count] = slot.indices()[row];
        slot.labels()[count] = slot.labels()[row];
      }
      count++;
    }
    return count;
  }

  private final class Rows implements Prefetcher.Source {
    private final FloatWriter writer = new FloatWriter(format, new Augmentation(framing, 0));

    @Override
    public int rows(long number) {
      return Math.clamp(images() - number * batch, 0, batch);
    }

    @Override
    public void fill(Prefetcher.Slot slot, int row) {
      int index = (int) ((slot.batch() * batch + row) * data.size() / images());
      Optional<Pixels> image = data.image(index);
      slot.indices()[row] = image.isPresent() ? index : UNREADABLE;
      slot.labels()[row] = data.label(index);
      if (image.isPresent()) {
        RandomStream random = new RandomStream(0, EVALUATION_STREAM, 0, index);
        ImageLoader.write(data, writer, image.get(), index, random, slot, row, format);
      }
    }
  }
}
