package dev.d2v.data;

import dev.d2v.tensor.random.RandomStream;
import java.util.Optional;

/// How an image of any size becomes a square one.
public sealed interface Framing permits Framing.AsIs, Framing.CentreCrop, RandomResizedCrop {
  /// The image as `size` x `size`.
  ///
  /// @param random where a random framing draws from; others leave it alone
  /// @throws DataException when this framing cannot make that size of it
  Pixels frame(Pixels image, int size, RandomStream random);

  /// Whether images of these sizes can be framed; otherwise a sentence saying why not.
  default Optional<String> objection(SizeRange sizes, int size) {
    return Optional.empty();
  }

  /// Takes images that already have the size, and no others.
  record AsIs() implements Framing {
    @Override
    public Pixels frame(Pixels image, int size, RandomStream random) {
      SizeRange range = SizeRange.of(image.width(), image.height());
      objection(range, size)
          .ifPresent(sentence -> {
            throw new DataException(sentence);
          });
      return image;
    }

    @Override
    public Optional<String> objection(SizeRange sizes, int size) {
      if (sizes.isSquareOf(size)) {
        return Optional.empty();
      }
      return Optional.of(
          "Expected images of %d x %d pixels, since no crop or resize is configured, found %s. Configure a random resized crop or a centre crop, or resize the images."
              .formatted(size, size, sizes));
    }
  }

  /// For evaluation: the shorter side is resized (bicubic) to `size / 0.875`, then the centre of
  /// `size` x `size` is cut out. An image that already is `size` x `size` stays as it is.
  record CentreCrop() implements Framing {
    private static final double SHARE = 0.875;

    @Override
    public Pixels frame(Pixels image, int size, RandomStream random) {
      if (image.width() == size && image.height() == size) {
        return image;
      }
      int shorter = (int) (size / SHARE);
      boolean portrait = image.width() <= image.height();
      int longer =
          (int)
              ((long) shorter
                  * Math.max(image.width(), image.height())
                  / Math.min(image.width(), image.height()));
      int width = portrait ? shorter : longer;
      int height = portrait ? longer : shorter;
      Pixels resized = Resize.resize(image, width, height, Resize.Filter.BICUBIC);
      int left = (int) Math.rint((width - size) / 2.0);
      int top = (int) Math.rint((height - size) / 2.0);
      return resized.crop(new Box(left, top, size, size));
    }
  }
}
