package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmPacking.grown;
import static dev.d2v.tensor.kernel.vector.GemmTile.HIGH;
import static dev.d2v.tensor.kernel.vector.GemmTile.ROWS;
import static dev.d2v.tensor.kernel.vector.GemmTile.V;
import static dev.d2v.tensor.kernel.vector.GemmTile.WIDTH;

import dev.d2v.tensor.parallel.Scratch;

/// What one thread needs while it computes a group of heads. Operands of tiles are arrays in the
/// forms that [GemmTile] reads: *strips* of ROWS rows, *panels* of WIDTH columns, and *high* panels
/// of HIGH columns. What tiles write is memory by address.
///
/// Matrices of scores are transposed: a row is a key, a column a query. Q queries are a block.
final class AttentionRoom {
  private static final int SLOT = 0;
  private static final float[] NONE = {};

  private final Scratch scratch;
  private final int thread;

  /// Keys (T,D) and, backward, values in strips. D here and below are the channels of all heads of
  /// a group.
  final Packed keys = new Packed(), valueStrips = new Packed();

  /// Values (T,D), or backward keys, in panels.
  final Packed values = new Packed();

  /// The block's scaled queries (D,Q), and the gradients of its outputs, in panels.
  final Packed queriesT = new Packed(), outsT = new Packed();

  /// The block's queries (Q,D), and the gradients of its outputs, in panels.
  final Packed queries = new Packed(), outs = new Packed();

  /// Forward: the block's probabilities. Backward: gradients of its scores. (T,Q) in high panels.
  final Packed high = new Packed();

  /// Probabilities and gradients of scores of ROWS keys: a strip (ROWS,Q).
  final Packed probabilities = new Packed(), gradients = new Packed();

  /// For each query (Q): what is subtracted from its scores; the sum of its exponentials or its
  /// inverse; the sum of `p dp`.
  float[] shifts = NONE, sums = NONE, deltas = NONE;

  /// Biases and factors of dropout (T,Q), a matrix (T,V) for each vector of queries.
  float[] biases = NONE, factors = NONE;

  /// A row for each query (V,T).
  float[] turned = NONE;

  /// Zeros for a tile's width.
  final float[] zeros = new float[WIDTH];

  /// Scores: of all keys forward, of a strip backward. A matrix (keys,WIDTH) for each panel of
  /// queries, `panel` bytes from one to the next.
  long scores;

  long panel;

  /// Gradients of a strip's probabilities, as its scores.
  long products;

  /// A tile, and rows of numbers: of biases or factors (Q,T), or of gradients of scores (T,Q).
  long tile, rows;

  /// Bytes from row to row of the latter.
  long stride;

  AttentionRoom(Scratch scratch, int thread) {
    this.scratch = scratch;
    this.thread = thread;
  }

  /// Makes room for the heads of a call.
  ///
  /// @param extra whether there is a bias or dropout
  void fit(AttentionShape shape, boolean backward, boolean extra) {
    int T = shape.T();
    int D = shape.D() * shape.G();
    long strips = new Strips(D).size(Math.ceilDiv(T, ROWS));
    int Q = shape.queries(backward).each();
    int wide = Blocks.roundUp(Q, WIDTH);
    int columns = Blocks.roundUp(D, WIDTH);
    keys.fit(strips);
    values.fit((long) T * columns);
    queriesT.fit((long) D * wide);
    high.fit((long) T * Blocks.roundUp(Q, HIGH));
    shifts = grown(shifts, (long) shape.G() * wide);
    sums = grown(sums, wide);
    if (backward) {
      valueStrips.fit(strips);
      outsT.fit((long) D * wide);
      queries.fit((long) Q * columns);
      outs.fit((long) Q * columns);
      probabilities.fit(new Strips(wide).size(1));
      gradients.fit(new Strips(wide).size(1));
      deltas = grown(deltas, (long) shape.G() * wide);
    }
    if (extra) {
      int whole = Blocks.roundUp(T, V);
      biases = grown(biases, (long) whole * wide);
      factors = grown(factors, (long) whole * wide);
      turned = grown(turned, (long) V * Blocks.roundUp(Q, V));
    }
    panel = 4L * WIDTH * (backward ? ROWS : Blocks.roundUp(T, ROWS));
    long block = panel * (wide / WIDTH);
    stride = 4L * Blocks.roundUp(Math.max(T, Q), V);
    long other = extra ? stride * Math.max(wide, T) : 0;
    long at = scratch.segment(thread, SLOT, 2 * block + GemmTile.BYTES + other).address();
    scores = at;
    products = at + block;
    tile = at + 2 * block;
    rows = tile + GemmTile.BYTES;
  }

  /// Address of a row's scores of a vector of queries, in a block that begins at an address.
  long at(long block, int row, int query) {
    return block + query / WIDTH * panel + 4L * (row * WIDTH + query % WIDTH);
  }

  /// Where a row of T has a query in a high panel.
  int high(int row, int query, int T) {
    return high.at + query / HIGH * T * HIGH + row * HIGH + query % HIGH;
  }
}
