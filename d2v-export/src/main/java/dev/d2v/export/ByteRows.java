package dev.d2v.export;

/// A matrix in bytes, each row with a scale of its own: `w[r,c] ~ scales[r] * values[r,c]`,
/// `scales[r] = max |w[r]| / largest`, rounded to nearest, ties to even.
///
/// @param values (rows,columns), from -largest to largest
/// @param scales (rows)
/// @param columns of the matrix
record ByteRows(byte[] values, float[] scales, int columns) {
  /// What a table of a network may hold.
  static final int TABLE = 127;

  /// What a factor of a product may hold. Processors without instructions for such products (VNNI)
  /// add two of them in 16 bits, saturated: `2 * 255 * 64` still fits.
  static final int FACTOR = 64;

  /// The rows of a matrix; one of zeros has the scale 1.
  static ByteRows of(float[] w, int columns, int largest) {
    int rows = w.length / columns;
    byte[] values = new byte[w.length];
    float[] scales = new float[rows];
    for (int r = 0; r < rows; r++) {
      float max = 0;
      for (int c = 0; c < columns; c++) {
        max = Math.max(max, Math.abs(w[r * columns + c]));
      }
      scales[r] = max == 0 ? 1 : max / largest;
      for (int c = 0; c < columns; c++) {
        double q = Math.rint(w[r * columns + c] / (double) scales[r]);
        values[r * columns + c] = (byte) Math.clamp(q, -largest, largest);
      }
    }
    return new ByteRows(values, scales, columns);
  }

  /// The values as (columns,rows).
  byte[] transposed() {
    int rows = scales.length;
    byte[] t = new byte[values.length];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        t[c * rows + r] = values[r * columns + c];
      }
    }
    return t;
  }
}
