package dev.d2v.tensor.kernel.vector;

import dev.d2v.tensor.kernel.StepNumbers;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// [dev.d2v.tensor.random.Philox] on vectors: one block a long lane, whose low half is a word.
///
/// @param seedLow first half of the key
/// @param seedHigh second half of the key
/// @param stream second word of the counter
/// @param update third word of the counter
/// @param item fourth word of the counter
record PhiloxWords(int seedLow, int seedHigh, int stream, int update, int item) {
  private static final VectorSpecies<Long> L = VectorSpecies.of(long.class, Lanes.F.vectorShape());

  /// Blocks that one vector holds: [#fill] works on whole vectors.
  static final int BLOCKS = L.length();

  private static final long WORD = 0xffff_ffffL;
  private static final long M0 = 0xD2511F53L;
  private static final long M1 = 0xCD9E8D57L;
  private static final int W0 = 0x9E3779B9;
  private static final int W1 = 0xBB67AE85;

  private static final LongVector IOTA = LongVector.zero(L).addIndex(1);
  private static final VectorShuffle<Long> LOW = VectorShuffle.fromOp(L, i -> i / 2);
  private static final VectorShuffle<Long> HIGH =
      VectorShuffle.fromOp(L, i -> i / 2 + L.length() / 2);
  private static final VectorMask<Long> ODD = VectorMask.fromLong(L, 0xAAAAAAAAAAAAAAAAL);

  /// A stream of a step.
  static PhiloxWords of(StepNumbers numbers, int stream) {
    MemorySegment ints = numbers.ints().data();
    return new PhiloxWords(
        get(ints, StepNumbers.SEED_LOW),
        get(ints, StepNumbers.SEED_HIGH),
        stream,
        get(ints, StepNumbers.UPDATE),
        get(ints, StepNumbers.MICRO_BATCH));
  }

  private static int get(MemorySegment ints, int i) {
    return ints.get(ValueLayout.JAVA_INT, 4L * i);
  }

  /// Writes the words of blocks [first, first + count) in the order of their numbers, and up to
  /// [#BLOCKS] - 1 blocks more: `out` needs 16 bytes a block, counted in whole vectors.
  void fill(MemorySegment out, long first, int count) {
    // masked on both sides, a product of longs is compiled to one of words
    LongVector m0 = LongVector.broadcast(L, M0).and(WORD);
    LongVector m1 = LongVector.broadcast(L, M1).and(WORD);
    long at = 0;
    for (int b = 0; b < count; b += BLOCKS) {
      LongVector c0 = IOTA.add(first + b).and(WORD);
      LongVector c1 = LongVector.broadcast(L, stream & WORD);
      LongVector c2 = LongVector.broadcast(L, update & WORD);
      LongVector c3 = LongVector.broadcast(L, item & WORD);
      int k0 = seedLow;
      int k1 = seedHigh;
      for (int round = 0; round < 10; round++) {
        LongVector p0 = c0.and(WORD).mul(m0);
        LongVector p1 = c2.and(WORD).mul(m1);
        c0 = p1.lanewise(VectorOperators.LSHR, 32).lanewise(VectorOperators.XOR, c1);
        c2 = p0.lanewise(VectorOperators.LSHR, 32).lanewise(VectorOperators.XOR, c3);
        c0 = c0.lanewise(VectorOperators.XOR, k0 & WORD);
        c2 = c2.lanewise(VectorOperators.XOR, k1 & WORD);
        c1 = p1.and(WORD);
        c3 = p0.and(WORD);
        k0 += W0;
        k1 += W1;
      }
      LongVector front = c0.or(c1.lanewise(VectorOperators.LSHL, 32));
      LongVector back = c2.or(c3.lanewise(VectorOperators.LSHL, 32));
      interleave(front, back, LOW).intoMemorySegment(out, at, Lanes.ORDER);
      interleave(front, back, HIGH).intoMemorySegment(out, at + Floats.BYTES, Lanes.ORDER);
      at += 2 * Floats.BYTES;
    }
  }

  private static LongVector interleave(
      LongVector front, LongVector back, VectorShuffle<Long> half) {
    return front.rearrange(half).blend(back.rearrange(half), ODD);
  }
}
