package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.HIGH;
import static dev.d2v.tensor.kernel.vector.GemmTile.ROWS;
import static dev.d2v.tensor.kernel.vector.GemmTile.V;
import static dev.d2v.tensor.kernel.vector.GemmTile.W;
import static dev.d2v.tensor.kernel.vector.GemmTile.WIDTH;

import dev.d2v.tensor.parallel.RowParallel;
import java.util.Arrays;

/// One call of the forward. A part is some groups of heads, or some blocks of queries of one head.
///
/// @param queryParts parts of a head's queries
/// @param out address of the output
/// @param lse address of lse, or 0
record AttentionForward(
    AttentionRoom[] rooms,
    AttentionShape shape,
    AttentionScores scores,
    int queryParts,
    long out,
    long lse)
    implements RowParallel.Body {

  int parts() {
    return queryParts > 1
        ? shape.heads() * queryParts
        : Math.ceilDiv(shape.heads(), shape.headsPerPart());
  }

  @Override
  public void run(int part, int thread) {
    AttentionRoom room = rooms[thread];
    room.fit(shape, false, scores.extra());
    int blocks = shape.queries(false).count();
    if (queryParts > 1) {
      int each = Math.ceilDiv(blocks, queryParts);
      int from = part % queryParts * each;
      group(room, part / queryParts, from, Math.min(blocks, from + each));
    } else {
      int from = part * shape.headsPerPart();
      int to = Math.min(shape.heads(), from + shape.headsPerPart());
      for (int head = from; head < to; head += shape.G()) {
        group(room, head, 0, blocks);
      }
    }
  }

  /// Some blocks of queries of the heads from one on that are a group.
  private void group(AttentionRoom room, int first, int from, int to) {
    if (from >= to) {
      return;
    }
    scores.strips(room.keys, first, 1);
    scores.panels(room.values, scores.of(first, 0, 2), shape.qkvStride(), shape.T());
    Blocks queries = shape.queries(false);
    for (int block = from; block < to; block++) {
      int i0 = queries.from(block);
      int count = queries.length(block);
      scores.queries(room, first, i0, count);
      for (int head = first; head < first + shape.G(); head++) {
        block(room, head, i0, count);
      }
    }
  }

  private void block(AttentionRoom room, int head, int i0, int count) {
    scores.biases(room, head, i0, count);
    softmax(room, head, count);
    if (scores.factors(room, head, i0, count)) {
      int T = shape.T();
      for (int i = 0; i < count; i += V) {
        int at = room.high(0, i, T);
        AttentionSoftmax.scale(room.high.array, at, HIGH, room.factors, scores.turned(0, i), T);
      }
    }
    outputs(room, head, out + shape.outAt(head, i0), count);
    if (lse != 0) {
      GemmPacking.out(lse + shape.lseAt(head, i0), room.shifts, 0, count);
    }
  }

  /// Powers of scores, their sums' inverses, and lse in place of shifts.
  private void softmax(AttentionRoom room, int head, int count) {
    int T = shape.T();
    int queries = Blocks.roundUp(count, V);
    Arrays.fill(room.shifts, 0, queries, Float.NEGATIVE_INFINITY);
    for (int j = 0; j < T; j += ROWS) {
      long s = room.at(room.scores, j, 0);
      scores.strip(room, s, head, j, count);
      for (int i = 0; i < count; i += V) {
        AttentionSoftmax.largest(room.shifts, i, room.at(s, 0, i), Math.min(ROWS, T - j));
      }
    }
    AttentionSoftmax.finite(room.shifts, queries);
    for (int i = 0; i < count; i += V) {
      int p = room.high(0, i, T);
      long s = room.at(room.scores, 0, i);
      AttentionSoftmax.exponentials(room.high.array, p, s, T, room.shifts, room.sums, i);
    }
    AttentionSoftmax.finish(room.shifts, room.sums, queries);
  }

  /// `o = p v / sum`, rows of D columns to an address.
  private void outputs(AttentionRoom room, int head, long o, int count) {
    int T = shape.T();
    int before = head % shape.G() * shape.D();
    long stride = shape.outStride();
    for (int d = 0; d < shape.D(); d += WIDTH) {
      int width = Math.min(WIDTH, shape.D() - d);
      for (int i = 0; i < count; i += ROWS) {
        int rows = Math.min(ROWS, count - i);
        int p = room.high(0, i, T);
        int v = room.values.at + (before + d) * T;
        GemmTile.columns(room.tile, 2 * W, rows, room.high.array, p, room.values.array, v, T);
        TileStore.scaled(o + stride * i + 4L * d, stride, room.tile, rows, width, room.sums, i);
      }
    }
  }
}
