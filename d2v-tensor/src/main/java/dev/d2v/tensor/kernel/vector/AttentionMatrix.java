package dev.d2v.tensor.kernel.vector;

/// Rows of floats at an address, in a tensor or in scratch memory. One can be pointed at other
/// rows, so that a thread needs no more of them for many heads than for one.
final class AttentionMatrix {
  /// The longest inner dimension of a tile: what it reads of b stays in the first-level cache for
  /// the next tile.
  private static final int DEPTH = 128;

  private static final int V = Lanes.F.length();
  private static final int LINE = 64;

  private long at;
  private long stride;

  /// Rows somewhere.
  ///
  /// @param at address of the first element
  /// @param stride bytes from row to row
  AttentionMatrix(long at, long stride) {
    this.at = at;
    this.stride = stride;
  }

  /// These rows from now on; returns itself.
  AttentionMatrix to(long at, long stride) {
    this.at = at;
    this.stride = stride;
    return this;
  }

  /// Address of the first element.
  long at() {
    return at;
  }

  /// Bytes from row to row.
  long stride() {
    return stride;
  }

  /// Bytes from row to row in scratch memory: an odd number of cache lines, so that a column does
  /// not fall on few sets of the cache.
  static long strideFor(int columns) {
    return (Math.ceilDiv(4L * columns, LINE) | 1) * LINE;
  }

  /// Address of an element.
  long at(int row, int column) {
    return at + row * stride + 4L * column;
  }

  /// `this = a b`, or with `add` `this += a b`: a (m,k), b (k,n), n in whole vectors.
  ///
  /// @param zeros address of two vectors of zeros
  void product(AttentionMatrix a, AttentionMatrix b, int m, int n, int k, boolean add, long zeros) {
    product(a, a.stride, 4, b, m, n, k, add, zeros);
  }

  /// `this = a^T b`: a (k,m), b (k,n), n in whole vectors.
  ///
  /// @param zeros address of two vectors of zeros
  void productOfTransposed(AttentionMatrix a, AttentionMatrix b, int m, int n, int k, long zeros) {
    product(a, 4, a.stride, b, m, n, k, false, zeros);
  }

  /// @param down bytes in a from one row of the result to the next
  /// @param along bytes in a from one step of the inner dimension to the next
  private void product(
      AttentionMatrix a,
      long down,
      long along,
      AttentionMatrix b,
      int m,
      int n,
      int k,
      boolean add,
      long zeros) {
    for (int p = 0; p < k; p += DEPTH) {
      boolean fresh = p == 0 && !add;
      int depth = Math.min(DEPTH, k - p);
      for (int j = 0; j < n; j += 2 * V) {
        long bt = b.at(p, j);
        boolean two = j + V < n;
        for (int i = 0; i < m; i += AttentionTile.ROWS) {
          long c = at(i, j);
          long from = fresh ? zeros : c;
          long fromStride = fresh ? 0 : stride;
          int last = m - 1 - i;
          long at = a.at + i * down + p * along;
          if (two) {
            AttentionTile.two(
                last, c, stride, from, fromStride, at, down, along, bt, b.stride, depth);
          } else {
            AttentionTile.one(
                last, c, stride, from, fromStride, at, down, along, bt, b.stride, depth);
          }
        }
      }
    }
  }
}
