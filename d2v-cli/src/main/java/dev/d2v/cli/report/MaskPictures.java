package dev.d2v.cli.report;

/// What a mask does to an image, as pictures.
final class MaskPictures {
  /// The veil over hidden patches: a colour, and how much of the image shows through.
  private static final int[] VEIL = {0xd5, 0x5e, 0x00};

  private static final double THROUGH = 0.45;

  private MaskPictures() {}

  /// What the student sees: the other patches are transparent.
  static Picture visible(Picture picture, boolean[] mask) {
    byte[] pixels = new byte[picture.width() * picture.height() * 4];
    for (int y = 0; y < picture.height(); y++) {
      for (int x = 0; x < picture.width(); x++) {
        int at = (y * picture.width() + x) * 4;
        boolean seen = !hidden(picture, mask, x, y);
        for (int c = 0; c < 3; c++) {
          pixels[at + c] = (byte) (seen ? picture.at(x, y, c) : 0);
        }
        pixels[at + 3] = (byte) (seen ? 255 : 0);
      }
    }
    return new Picture(picture.width(), picture.height(), 4, pixels);
  }

  /// The whole image with a veil over the hidden patches.
  static Picture veiled(Picture picture, boolean[] mask) {
    byte[] pixels = new byte[picture.width() * picture.height() * 3];
    for (int y = 0; y < picture.height(); y++) {
      for (int x = 0; x < picture.width(); x++) {
        boolean hidden = hidden(picture, mask, x, y);
        for (int c = 0; c < 3; c++) {
          double own = picture.at(x, y, c);
          double mixed = hidden ? THROUGH * own + (1 - THROUGH) * VEIL[c] : own;
          pixels[(y * picture.width() + x) * 3 + c] = (byte) Math.round(mixed);
        }
      }
    }
    return new Picture(picture.width(), picture.height(), 3, pixels);
  }

  private static boolean hidden(Picture picture, boolean[] mask, int x, int y) {
    int grid = ReportData.Masked.grid(mask.length);
    int row = y * grid / picture.height();
    int column = x * grid / picture.width();
    return mask[row * grid + column];
  }
}
