package dev.d2v.tensor.kernel.vector;

import dev.d2v.tensor.parallel.RowParallel;

/// One call of the backward. A part is some heads: gradients of a head's keys and values are sums
/// over all its queries.
///
/// @param dqkv address of the gradient of qkv
/// @param dbias address of the gradient of the bias, or 0
/// @param dout address of the gradient of the output
/// @param lse address of lse
record AttentionBackward(
    AttentionRoom.OfThreads rooms,
    AttentionShape shape,
    AttentionScores scores,
    long dqkv,
    long dbias,
    long dout,
    long lse)
    implements RowParallel.Body {

  private static final int V = Lanes.F.length();

  int parts() {
    return Math.ceilDiv(shape.heads(), shape.headsPerPart());
  }

  @Override
  public void run(int part, int thread) {
    AttentionRoom room = rooms.of(thread);
    int from = part * shape.headsPerPart();
    int to = Math.min(shape.heads(), from + shape.headsPerPart());
    for (int head = from; head < to; head++) {
      if (shape.startsSample(head)) {
        scores.touch(scores.qkv() + shape.qkvAt(head, 0, 0), 3, room);
        scores.touch(dout + shape.outAt(head, 0), 1, room);
        scores.touch(dqkv + shape.qkvAt(head, 0, 0), 3, room);
      }
      head(room, head);
    }
  }

  private void head(AttentionRoom room, int head) {
    int T = shape.T();
    AttentionMatrix k = scores.rows(scores.of(room.keys, scores.qkv(), head, 0, 1), T, room.k);
    AttentionMatrix v = scores.rows(scores.of(room.values, scores.qkv(), head, 0, 2), T, room.v);
    AttentionMatrix dk = scores.of(room.dKeys, dqkv, head, 0, 1);
    AttentionMatrix dv = scores.of(room.dValues, dqkv, head, 0, 2);
    AttentionMatrix dkTarget = scores.target(dk, room.dk);
    AttentionMatrix dvTarget = scores.target(dv, room.dv);
    int queries = shape.queries();
    for (int i0 = 0; i0 < T; i0 += queries) {
      block(room, k, v, dkTarget, dvTarget, head, i0, Math.min(queries, T - i0));
    }
    scores.written(dk, dkTarget, T);
    scores.written(dv, dvTarget, T);
  }

  private void block(
      AttentionRoom room,
      AttentionMatrix k,
      AttentionMatrix v,
      AttentionMatrix dk,
      AttentionMatrix dv,
      int head,
      int i0,
      int count) {
    int T = shape.T();
    int D = AttentionRoom.roundUp(shape.D());
    AttentionMatrix q =
        scores.rows(scores.of(room.queries, scores.qkv(), head, i0, 0), count, room.q);
    AttentionMatrix dO = scores.rows(scores.of(room.outs, dout, head, i0), count, room.dout);
    scores.block(room, q, k, head, i0, count);
    Transpose.of(room.doutT, dO, count, D, 1);
    room.g.product(v, room.doutT, T, AttentionRoom.roundUp(count), shape.D(), false, room.zeros);
    derivative(room, head, i0, count);
    boolean add = i0 > 0;
    dv.product(room.s, dO, T, D, count, add, room.zeros);
    dk.product(room.g, q, T, D, count, add, room.zeros);
    AttentionMatrix dq = scores.of(room.dQueries, dqkv, head, i0, 0);
    AttentionMatrix target = scores.target(dq, room.product);
    target.productOfTransposed(room.g, k, count, D, T, room.zeros);
    scores.written(dq, target, count);
  }

  /// Turns scores and gradients of probabilities into probabilities, dropped out, and gradients of
  /// scores times the factor of the scores.
  private void derivative(AttentionRoom room, int head, int i0, int count) {
    int T = shape.T();
    long row = room.s.stride();
    AttentionPack.in(room.shifts, room.others.to(lse + shape.lseAt(head, i0), 0), 1, count);
    AttentionSoftmax.finite(room.shifts.at(), count);
    boolean dropping = scores.factors(room, head, i0, count);
    for (int i = 0; i < count; i += V) {
      long s = room.s.at(0, i);
      long g = room.g.at(0, i);
      AttentionSoftmax.exponentials(room.sums.at(0, i), s, row, T, room.shifts.at(0, i));
      if (dropping) {
        AttentionSoftmax.scale(g, room.factors.at(0, i), row, T);
      }
      AttentionSoftmax.derivative(g, s, row, T, dbias == 0 ? scores.scale() : 1);
      if (dropping) {
        AttentionSoftmax.scale(s, room.factors.at(0, i), row, T);
      }
    }
    if (dbias != 0) {
      storeScores(room, dbias + shape.scoresAt(head, i0), count);
    }
  }

  private void storeScores(AttentionRoom room, long at, int count) {
    int T = shape.T();
    Transpose.of(room.rows, room.g, T, AttentionRoom.roundUp(count), 1);
    AttentionPack.out(room.others.to(at, shape.scoresStride()), room.rows, count, T);
    AttentionPack.fill(room.sums.at(), count, scores.scale());
    for (int i = 0; i < count; i += V) {
      AttentionSoftmax.scaleBy(room.sums.at(0, i), room.g.at(0, i), room.g.stride(), T);
    }
  }
}
