package dev.d2v.cli.report;

import dev.d2v.cli.report.ReportData.MaskedImage;

/// What a mask does to an image, as pictures.
final class MaskPictures {
  /// The veil over hidden patches: a colour, and how much of the image shows through.
  private static final int[] VEIL = {0xd5, 0x5e, 0x00};

  private static final double THROUGH = 0.45;

  private MaskPictures() {}

  /// What the student sees: the other patches are transparent.
  static Picture visible(MaskedImage image, boolean[] mask) {
    Picture picture = image.picture();
    byte[] pixels = new byte[picture.width() * picture.height() * 4];
    for (int y = 0; y < picture.height(); y++) {
      for (int x = 0; x < picture.width(); x++) {
        int at = (y * picture.width() + x) * 4;
        boolean seen = !hidden(image, mask, x, y);
        for (int c = 0; c < 3; c++) {
          pixels[at + c] = (byte) (seen ? picture.at(x, y, c) : 0);
        }
        pixels[at + 3] = (byte) (seen ? 255 : 0);
      }
    }
    return new Picture(picture.width(), picture.height(), 4, pixels);
  }

  /// The whole image with a veil over the hidden patches.
  static Picture veiled(MaskedImage image, boolean[] mask) {
    Picture picture = image.picture();
    byte[] pixels = new byte[picture.width() * picture.height() * 3];
    for (int y = 0; y < picture.height(); y++) {
      for (int x = 0; x < picture.width(); x++) {
        boolean hidden = hidden(image, mask, x, y);
        for (int c = 0; c < 3; c++) {
          double own = picture.at(x, y, c);
          double mixed = hidden ? THROUGH * own + (1 - THROUGH) * VEIL[c] : own;
          pixels[(y * picture.width() + x) * 3 + c] = (byte) Math.round(mixed);
        }
      }
    }
    return new Picture(picture.width(), picture.height(), 3, pixels);
  }

  private static boolean hidden(MaskedImage image, boolean[] mask, int x, int y) {
    int row = y * image.grid() / image.picture().height();
    int column = x * image.grid() / image.picture().width();
    return mask[row * image.grid() + column];
  }
}
