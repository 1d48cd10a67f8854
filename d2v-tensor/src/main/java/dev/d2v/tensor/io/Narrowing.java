package dev.d2v.tensor.io;

/// F32 numbers in fewer bits.
public final class Narrowing {
  private static final int LARGEST = 127;

  private Narrowing() {}

  /// Rows of signed bytes: `x(i,k) = scale(i) * values(i,k)`, off by at most half a scale.
  ///
  /// @param values (rows,K), from -127 to 127
  /// @param scale (rows): a row's largest magnitude over 127
  public record Int8(byte[] values, float[] scale) {}

  /// Each row in bytes about zero.
  ///
  /// @param x (rows,K)
  /// @throws IllegalArgumentException when a number is not finite
  public static Int8 int8(float[] x, int rows) {
    int K = rows == 0 ? 0 : x.length / rows;
    byte[] values = new byte[x.length];
    float[] scale = new float[rows];
    for (int i = 0; i < rows; i++) {
      float largest = 0;
      for (int k = i * K; k < (i + 1) * K; k++) {
        if (!Float.isFinite(x[k])) {
          throw new IllegalArgumentException(
              "row %d holds %s: only finite numbers have a form in bytes".formatted(i, x[k]));
        }
        largest = Math.max(largest, Math.abs(x[k]));
      }
      scale[i] = largest / LARGEST;
      float inverse = scale[i] < Float.MIN_NORMAL ? 0 : 1 / scale[i];
      if (inverse == 0) {
        scale[i] = 0;
      }
      for (int k = i * K; k < (i + 1) * K; k++) {
        values[k] = (byte) Math.clamp(Math.round(x[k] * inverse), -LARGEST, LARGEST);
      }
    }
    return new Int8(values, scale);
  }

  /// The bits of the nearest BF16 numbers, ties to even.
  public static short[] bf16(float[] x) {
    short[] out = new short[x.length];
    for (int i = 0; i < x.length; i++) {
      out[i] = bf16(x[i]);
    }
    return out;
  }

  private static short bf16(float x) {
    int bits = Float.floatToRawIntBits(x);
    if (Float.isNaN(x)) {
      return (short) ((bits >>> 16) | 0x40);
    }
    return (short) ((bits + 0x7fff + (bits >>> 16 & 1)) >>> 16);
  }
}
