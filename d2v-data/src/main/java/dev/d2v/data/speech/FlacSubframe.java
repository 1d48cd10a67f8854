package dev.d2v.data.speech;

import java.util.Arrays;

/// One channel of a FLAC frame: a constant, plain numbers, or a linear prediction from the samples
/// before plus a residual in Rice codes.
final class FlacSubframe {
  private static final int MAX_ORDER = 32;

  /// Coefficients of the fixed predictors of order 0 to 4, the nearest sample first.
  private static final int[][] FIXED = {{}, {1}, {2, -1}, {3, -3, 1}, {4, -6, 4, -1}};

  private final AudioBytes file;
  private final BitReader in;
  private final int[] coefficients = new int[MAX_ORDER];

  FlacSubframe(AudioBytes file, BitReader in) {
    this.file = file;
    this.in = in;
  }

  /// Reads `count` samples of `bits` bits each to the front of `out`.
  void decode(int[] out, int count, int bits) throws UnreadableAudio {
    if (in.bits(1) != 0) {
      throw file.unreadable("damaged: a sub-frame begins with a one");
    }
    int kind = in.bits(6);
    int wasted = in.bits(1) == 0 ? 0 : in.unary() + 1;
    int used = bits - wasted;
    if (used <= 0) {
      throw file.unreadable("damaged: %d of %d bits are unused".formatted(wasted, bits));
    }
    if (kind == 0) {
      Arrays.fill(out, 0, count, in.signed(used));
    } else if (kind == 1) {
      plain(out, count, used);
    } else if (kind >= 8 && kind <= 12) {
      fixed(out, count, used, kind - 8);
    } else if (kind >= 32) {
      linear(out, count, used, kind - 31);
    } else {
      throw file.unreadable("damaged: a sub-frame of unknown kind %d".formatted(kind));
    }
    if (wasted > 0) {
      for (int i = 0; i < count; i++) {
        out[i] <<= wasted;
      }
    }
  }

  private void plain(int[] out, int count, int bits) throws UnreadableAudio {
    for (int i = 0; i < count; i++) {
      out[i] = in.signed(bits);
    }
  }

  private void fixed(int[] out, int count, int bits, int order) throws UnreadableAudio {
    warmUp(out, count, bits, order);
    System.arraycopy(FIXED[order], 0, coefficients, 0, order);
    residual(out, count, order);
    predict(out, count, order, 0);
  }

  private void linear(int[] out, int count, int bits, int order) throws UnreadableAudio {
    warmUp(out, count, bits, order);
    int precision = in.bits(4) + 1;
    int shift = in.signed(5);
    if (precision == 16 || shift < 0) {
      throw file.unreadable(
          "damaged: a predictor of %d bits, shifted by %d".formatted(precision, shift));
    }
    for (int i = 0; i < order; i++) {
      coefficients[i] = in.signed(precision);
    }
    residual(out, count, order);
    predict(out, count, order, shift);
  }

  private void warmUp(int[] out, int count, int bits, int order) throws UnreadableAudio {
    if (order > count) {
      throw file.unreadable("damaged: a predictor longer than its frame");
    }
    plain(out, order, bits);
  }

  private void predict(int[] out, int count, int order, int shift) {
    for (int i = order; i < count; i++) {
      long sum = 0;
      for (int j = 0; j < order; j++) {
        sum += (long) coefficients[j] * out[i - 1 - j];
      }
      out[i] += (int) (sum >> shift);
    }
  }

  /// Residuals from sample `order` on, in partitions of equal size with a Rice parameter each.
  private void residual(int[] out, int count, int order) throws UnreadableAudio {
    int method = in.bits(2);
    if (method > 1) {
      throw file.unreadable("damaged: a residual coded in an unknown way");
    }
    int parameterBits = 4 + method;
    int escape = (1 << parameterBits) - 1;
    int partitionOrder = in.bits(4);
    int size = count >> partitionOrder;
    if (size << partitionOrder != count || size < order) {
      throw file.unreadable(
          "damaged: a frame of %d samples in %d parts".formatted(count, 1 << partitionOrder));
    }
    int i = order;
    for (int end = size; end <= count; end += size) {
      int parameter = in.bits(parameterBits);
      if (parameter == escape) {
        int bits = in.bits(5);
        for (; i < end; i++) {
          out[i] = in.signed(bits);
        }
      } else {
        for (; i < end; i++) {
          int folded = in.unary() << parameter | in.bits(parameter);
          out[i] = folded >>> 1 ^ -(folded & 1);
        }
      }
    }
  }
}
