package dev.d2v.tensor.kernel.vector;

import dev.d2v.tensor.kernel.DropoutSpec;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// What forward and backward have in common: the operands of one call, and the scores of a block of
/// queries. Addresses are 0 where a call goes without.
///
/// @param biasHeads heads in bias, 0 without one
record AttentionScores(
    AttentionShape shape,
    long qkv,
    long bias,
    int biasHeads,
    long padding,
    @Nullable DropoutSpec dropout,
    float scale) {

  /// Rows that are read where they lie, when they are in whole vectors. More are copied: in a
  /// tensor they are so far apart that they fall on few sets of the cache.
  private static final int FEW_ROWS = 16;

  /// Brings a sample's rows of `parts` times H*D floats into the cache, also those that will be
  /// written: in the order of memory, which takes half the time of head by head.
  void touch(long at, int parts, AttentionRoom room) {
    AttentionPack.touch(at, parts * shape.outStride() * shape.T(), room.sums.at());
  }

  /// The rows `x` of D columns, or their copy in `room` if that is better to read.
  AttentionMatrix rows(AttentionMatrix x, int count, AttentionMatrix room) {
    if (shape.wholeVectors() && count <= FEW_ROWS) {
      return x;
    }
    AttentionPack.in(room, x, count, shape.D());
    return room;
  }

  /// The rows of D columns that a product writes: `y`, or `room` where whole vectors would write
  /// too much. [#written] ends it.
  AttentionMatrix target(AttentionMatrix y, AttentionMatrix room) {
    return shape.wholeVectors() ? y : room;
  }

  /// Copies what was written to a [#target] to where it belongs.
  void written(AttentionMatrix y, AttentionMatrix target, int count) {
    if (!shape.wholeVectors()) {
      AttentionPack.out(y, target, count, shape.D());
    }
  }

  /// Points `view` at a head's queries (0), keys (1) or values (2) from a token on.
  AttentionMatrix of(AttentionMatrix view, long tensor, int head, int token, int which) {
    return view.to(tensor + shape.qkvAt(head, token, which), shape.qkvStride());
  }

  /// Points `view` at a head's rows in a tensor (B,T,H,D) from a token on.
  AttentionMatrix of(AttentionMatrix view, long tensor, int head, int token) {
    return view.to(tensor + shape.outAt(head, token), shape.outStride());
  }

  /// `S^T = k (q * scale)^T + bias^T` for a block of `count` queries; minus infinity where a key is
  /// padded.
  void block(
      AttentionRoom room, AttentionMatrix q, AttentionMatrix k, int head, int i0, int count) {
    int T = shape.T();
    int D = AttentionRoom.roundUp(shape.D());
    int queries = AttentionRoom.roundUp(count);
    Transpose.of(room.qT, q, count, D, scale);
    if (bias != 0) {
      long at = bias + shape.scoresAt(head % biasHeads, i0);
      AttentionPack.in(room.rows, room.others.to(at, shape.scoresStride()), count, T);
      Transpose.of(room.s, room.rows, count, AttentionRoom.roundUp(T), 1);
    }
    room.s.product(k, room.qT, T, queries, shape.D(), bias != 0, room.zeros);
    if (padding != 0) {
      maskPadding(room.s, (long) (head / shape.H()) * T, queries);
    }
  }

  private void maskPadding(AttentionMatrix s, long first, int queries) {
    for (int j = 0; j < shape.T(); j++) {
      if (Native.ALL.get(ValueLayout.JAVA_INT_UNALIGNED, padding + 4 * (first + j)) != 0) {
        AttentionPack.fill(s.at(j, 0), queries, Float.NEGATIVE_INFINITY);
      }
    }
  }

  /// The factors by which dropout multiplies the probabilities of a block, transposed; false
  /// without dropout.
  boolean factors(AttentionRoom room, int head, int i0, int count) {
    if (dropout == null) {
      return false;
    }
    var drop = new AttentionDropout(dropout);
    int T = shape.T();
    for (int i = 0; i < count; i++) {
      drop.factors(room.rows.at(i, 0), shape.scoresAt(head, i0 + i) / 4, T);
    }
    Transpose.of(room.factors, room.rows, count, AttentionRoom.roundUp(T), 1);
    return true;
  }
}
