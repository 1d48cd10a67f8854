package dev.d2v.tensor.kernel.vector;

import dev.d2v.tensor.parallel.RowParallel;

/// One call of the forward. A part is some heads, or some blocks of queries of one head.
///
/// @param out address of the output
/// @param lse address of lse, or 0
record AttentionForward(
    AttentionRoom.OfThreads rooms, AttentionShape shape, AttentionScores scores, long out, long lse)
    implements RowParallel.Body {

  private static final int V = Lanes.F.length();

  int parts() {
    int queryParts = shape.queryParts();
    return queryParts > 1
        ? shape.heads() * queryParts
        : Math.ceilDiv(shape.heads(), shape.headsPerPart());
  }

  @Override
  public void run(int part, int thread) {
    AttentionRoom room = rooms.of(thread);
    int T = shape.T();
    int queryParts = shape.queryParts();
    if (queryParts > 1) {
      int blocks = Math.ceilDiv(T, shape.queries());
      int each = Math.ceilDiv(blocks, queryParts) * shape.queries();
      int from = part % queryParts * each;
      head(room, part / queryParts, from, Math.min(T, from + each));
    } else {
      int from = part * shape.headsPerPart();
      int to = Math.min(shape.heads(), from + shape.headsPerPart());
      for (int head = from; head < to; head++) {
        if (shape.startsSample(head)) {
          scores.touch(scores.qkv() + shape.qkvAt(head, 0, 0), 3, room);
        }
        head(room, head, 0, T);
      }
    }
  }

  private void head(AttentionRoom room, int head, int from, int to) {
    if (from >= to) {
      return;
    }
    int T = shape.T();
    AttentionMatrix k = scores.rows(scores.of(room.keys, scores.qkv(), head, 0, 1), T, room.k);
    AttentionMatrix v = scores.rows(scores.of(room.values, scores.qkv(), head, 0, 2), T, room.v);
    int queries = shape.queries();
    for (int i0 = from; i0 < to; i0 += queries) {
      block(room, k, v, head, i0, Math.min(queries, to - i0));
    }
  }

  private void block(
      AttentionRoom room, AttentionMatrix k, AttentionMatrix v, int head, int i0, int count) {
    int T = shape.T();
    int D = AttentionRoom.roundUp(shape.D());
    AttentionMatrix q =
        scores.rows(scores.of(room.queries, scores.qkv(), head, i0, 0), count, room.q);
    scores.block(room, q, k, head, i0, count);
    softmax(room, count);
    if (scores.factors(room, head, i0, count)) {
      for (int i = 0; i < count; i += V) {
        AttentionSoftmax.scale(room.s.at(0, i), room.factors.at(0, i), room.s.stride(), T);
      }
    }
    AttentionMatrix o = scores.of(room.outs, out, head, i0);
    AttentionMatrix target = scores.target(o, room.product);
    target.productOfTransposed(room.s, v, count, D, T, room.zeros);
    scores.written(o, target, count);
    if (lse != 0) {
      AttentionMatrix row = room.others.to(lse + shape.lseAt(head, i0), 0);
      AttentionPack.out(row, room.shifts, 1, count);
    }
  }

  /// Turns scores into probabilities, and shifts into lse.
  private void softmax(AttentionRoom room, int count) {
    int T = shape.T();
    long row = room.s.stride();
    for (int i = 0; i < count; i += V) {
      long shift = room.shifts.at(0, i);
      AttentionSoftmax.shifts(shift, room.s.at(0, i), row, T);
      AttentionSoftmax.exponentials(room.sums.at(0, i), room.s.at(0, i), row, T, shift);
    }
    AttentionSoftmax.finish(room.shifts.at(), room.sums.at(), room.shifts.at(), count);
    for (int i = 0; i < count; i += V) {
      AttentionSoftmax.scaleBy(room.sums.at(0, i), room.s.at(0, i), row, T);
    }
  }
}
