package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.DISTANCE;
import static dev.d2v.tensor.kernel.vector.GemmTile.ROWS;
import static dev.d2v.tensor.kernel.vector.GemmTile.V;
import static dev.d2v.tensor.kernel.vector.GemmTile.W;
import static dev.d2v.tensor.kernel.vector.GemmTile.WIDTH;

import dev.d2v.tensor.parallel.RowParallel;

/// One call of the backward. A part is some groups of heads: gradients of a head's keys and values
/// are sums over all its queries.
///
/// For a block of queries and a strip of keys, scores and the gradients of probabilities are
/// computed again, become probabilities and gradients of scores at once, and are multiplied while
/// they are in the first-level cache. That needs no sum over keys first, for `sum of p dp` over a
/// query's keys is the product of its output and the output's gradient.
///
/// @param dqkv address of the gradient of qkv
/// @param dbias address of the gradient of the bias, or 0
/// @param dout address of the gradient of the output
/// @param out address of the output
/// @param lse address of lse
record AttentionBackward(
    AttentionRoom[] rooms,
    AttentionShape shape,
    AttentionScores scores,
    long dqkv,
    long dbias,
    long dout,
    long out,
    long lse)
    implements RowParallel.Body {

  int parts() {
    return Math.ceilDiv(shape.heads(), shape.headsPerPart());
  }

  @Override
  public void run(int part, int thread) {
    AttentionRoom room = rooms[thread];
    room.fit(shape, true, scores.extra() || dbias != 0);
    int from = part * shape.headsPerPart();
    int to = Math.min(shape.heads(), from + shape.headsPerPart());
    for (int head = from; head < to; head += shape.G()) {
      if (shape.startsSample(head)) {
        scores.touch(dqkv + shape.qkvAt(head, 0, 0), room);
      }
      group(room, head);
    }
  }

  private void group(AttentionRoom room, int first) {
    scores.strips(room.keys, first, 1);
    scores.strips(room.valueStrips, first, 2);
    scores.panels(room.values, scores.of(first, 0, 1), shape.qkvStride(), shape.T());
    Blocks queries = shape.queries(true);
    for (int block = 0; block < queries.count(); block++) {
      int i0 = queries.from(block);
      int count = queries.length(block);
      long dO = dout + shape.outAt(first, i0);
      scores.queries(room, first, i0, count);
      scores.panels(room.queries, scores.of(first, i0, 0), shape.qkvStride(), count);
      scores.turn(room.outsT, dO, shape.outStride(), count, 1);
      scores.panels(room.outs, dO, shape.outStride(), count);
      rows(room, first, i0, count);
      for (int head = first; head < first + shape.G(); head++) {
        block(room, head, i0, count);
      }
    }
  }

  private void block(AttentionRoom room, int head, int i0, int count) {
    scores.biases(room, head, i0, count);
    boolean dropping = scores.factors(room, head, i0, count);
    for (int j = 0; j < shape.T(); j += ROWS) {
      strip(room, head, j, count, dropping);
      // a block after the first adds to what those before it left
      long dk = dqkv + shape.qkvAt(head, j, 1);
      long dv = dqkv + shape.qkvAt(head, j, 2);
      add(room, room.gradients, room.queries, head, dk, j, count, i0 > 0);
      add(room, room.probabilities, room.outs, head, dv, j, count, i0 > 0);
    }
    queries(room, head, dqkv + shape.qkvAt(head, i0, 0), count);
    if (dbias != 0) {
      scores.storeGradients(room, dbias + shape.scoresAt(head, i0), count);
    }
  }

  /// What the heads of a group need of each query: lse to the base 2, and `o do`.
  private void rows(AttentionRoom room, int first, int i0, int count) {
    int each = Blocks.roundUp(count, V);
    for (int g = 0; g < shape.G(); g++) {
      GemmPacking.copy(room.shifts, g * each, lse + shape.lseAt(first + g, i0), count);
    }
    for (int i = 0; i < count; i++) {
      long at = shape.outAt(first, i0 + i);
      for (int g = 0; g < shape.G(); g++) {
        room.shifts[g * each + i] *= AttentionSoftmax.LOG2_E;
        room.deltas[g * each + i] = Packing.dot(out + at, dout + at, shape.D());
        at += 4L * shape.D();
      }
    }
    AttentionSoftmax.finite(room.shifts, shape.G() * each);
  }

  /// Probabilities, dropped out, and gradients of scores, of at most ROWS keys from j on.
  private void strip(AttentionRoom room, int head, int j, int count, boolean dropping) {
    int T = shape.T();
    int keys = Math.min(ROWS, T - j);
    scores.strip(room, room.scores, head, j, count);
    int query = head % shape.G() * Blocks.roundUp(count, V);
    scores.products(room, room.products, room.valueStrips, room.outsT, head, j, count);
    for (int i = 0; i < count; i += V) {
      long dp = room.at(room.products, 0, i);
      if (dropping) {
        AttentionSoftmax.scale(dp, room.factors, scores.turned(j, i), keys);
      }
      int strip = Strips.along(i);
      AttentionSoftmax.gradients(
          room.probabilities.array,
          room.probabilities.at + strip,
          room.gradients.array,
          room.gradients.at + strip,
          room.high.array,
          room.high(j, i, T),
          room.at(room.scores, 0, i),
          dp,
          keys,
          room.shifts,
          room.deltas,
          query + i,
          scores.scale());
      if (dropping) {
        int at = scores.turned(j, i);
        int p = room.probabilities.at + strip;
        AttentionSoftmax.scale(room.probabilities.array, p, DISTANCE, room.factors, at, keys);
      }
    }
  }

  /// `c = a b`, or `c += a b`, for the strip of a and a head's panels of b: rows of D columns of
  /// keys.
  private void add(
      AttentionRoom room, Packed a, Packed b, int head, long c, int j, int count, boolean adds) {
    int keys = Math.min(ROWS, shape.T() - j);
    long stride = shape.qkvStride();
    int bt = b.at + head % shape.G() * shape.D() * count;
    for (int d = 0; d < shape.D(); d += WIDTH) {
      int width = Math.min(WIDTH, shape.D() - d);
      int at = bt + d * count;
      if (!adds && keys == ROWS && width == WIDTH) {
        GemmTile.rows(c + 4L * d, stride, keys, room.zeros, 0, a.array, a.at, b.array, at, count);
        continue;
      }
      GemmTile.rows(room.tile, 2 * W, keys, room.zeros, 0, a.array, a.at, b.array, at, count);
      if (adds) {
        TileStore.add(c + 4L * d, stride, 0, room.tile, keys, width);
      } else {
        TileStore.assign(c + 4L * d, stride, room.tile, keys, width);
      }
    }
  }

  /// `dq = g k`, rows of D columns to an address.
  private void queries(AttentionRoom room, int head, long dq, int count) {
    int T = shape.T();
    int before = head % shape.G() * shape.D();
    long stride = shape.qkvStride();
    for (int d = 0; d < shape.D(); d += WIDTH) {
      int width = Math.min(WIDTH, shape.D() - d);
      int k = room.values.at + (before + d) * T;
      for (int i = 0; i < count; i += ROWS) {
        int rows = Math.min(ROWS, count - i);
        int g = room.high(0, i, T);
        if (rows == ROWS && width == WIDTH) {
          long c = dq + stride * i + 4L * d;
          GemmTile.columns(c, stride, rows, room.high.array, g, room.values.array, k, T);
          continue;
        }
        GemmTile.columns(room.tile, 2 * W, rows, room.high.array, g, room.values.array, k, T);
        TileStore.assign(dq + stride * i + 4L * d, stride, room.tile, rows, width);
      }
    }
  }
}
