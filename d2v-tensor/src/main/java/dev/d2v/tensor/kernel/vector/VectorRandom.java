package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.Floats.W;
import static dev.d2v.tensor.kernel.vector.Floats.get;
import static dev.d2v.tensor.kernel.vector.Floats.load;
import static dev.d2v.tensor.kernel.vector.Floats.set;
import static dev.d2v.tensor.kernel.vector.Floats.store;
import static jdk.incubator.vector.FloatVector.broadcast;

import dev.d2v.tensor.Checks;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.RandomKernels;
import dev.d2v.tensor.kernel.StepNumbers;
import dev.d2v.tensor.parallel.Parts;
import dev.d2v.tensor.parallel.RowParallel;
import dev.d2v.tensor.parallel.Scratch;
import dev.d2v.tensor.random.Philox;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/// Noise, dropout and drop path: the words of some thousand numbers into the first-level cache,
/// then a pass that uses them.
public final class VectorRandom implements RandomKernels {
  /// Numbers at a time.
  private static final int CHUNK = 4096;

  /// Where in a thread's working memory the turns begin.
  static final long TURNS = 4L * CHUNK;

  private static final int SIGN = 0x80000000;

  private static final VectorShuffle<Float> LOW = VectorShuffle.fromOp(Lanes.F, i -> i / 2);
  private static final VectorShuffle<Float> HIGH =
      VectorShuffle.fromOp(Lanes.F, i -> i / 2 + W / 2);
  private static final VectorShuffle<Float> EVEN = VectorShuffle.fromOp(Lanes.F, i -> 2 * i % W);
  private static final VectorShuffle<Float> ODD = VectorShuffle.fromOp(Lanes.F, i -> 2 * i % W + 1);
  private static final VectorMask<Float> BACK = VectorMask.fromLong(Lanes.F, -1L << (W / 2));
  private static final VectorMask<Float> SINES = VectorMask.fromLong(Lanes.F, 0xAAAAAAAAAAAAAAAAL);

  private final RowParallel parallel;
  private final Scratch scratch;

  /// Over these threads, with this working memory.
  public VectorRandom(RowParallel parallel, Scratch scratch) {
    this.parallel = parallel;
    this.scratch = scratch;
  }

  @Override
  public void fillNormal(Tensor y, StepNumbers numbers, int stream, float std, long size) {
    Checks.floats("fillNormal", size, "y", y);
    forEachChunk(
        PhiloxWords.of(numbers, stream),
        size,
        (words, at, n) -> pairs(words, n),
        (words, at, n) -> radii(words, std, n),
        (words, at, n) -> spreadPairs(words, n),
        (words, at, n) -> sines(words, n),
        (words, at, n) -> Floats.copy(y.data(), at, words, TURNS, n));
  }

  /// Two vectors of words are W pairs (a, b): in their place, a vector of `u = 1 - a` and one of
  /// the turns `v = b`. This and the next passes work on whole pairs of vectors.
  private static void pairs(MemorySegment words, int n) {
    for (int i = 0; i < n; i += 2 * W) {
      long at = 4L * i;
      FloatVector front = uniform(words, at);
      FloatVector back = uniform(words, at + Floats.BYTES);
      FloatVector a = front.rearrange(EVEN).blend(back.rearrange(EVEN), BACK);
      store(a.neg().add(1f), words, at);
      store(front.rearrange(ODD).blend(back.rearrange(ODD), BACK), words, at + Floats.BYTES);
    }
  }

  /// In place of every u, its radius `std sqrt(-2 ln u)`. The logarithm is [VectorMath#log] for
  /// numbers in (0,1]; as a method of its own it would be compiled alone, not be inlined, and put
  /// every vector on the heap.
  private static void radii(MemorySegment words, float std, int n) {
    for (int i = 0; i < n; i += 2 * W) {
      FloatVector u = load(words, 4L * i);
      IntVector bits = u.reinterpretAsInts();
      IntVector e = bits.sub(VectorMath.SQRT_HALF_BITS).lanewise(VectorOperators.ASHR, 23);
      FloatVector m = bits.sub(e.lanewise(VectorOperators.LSHL, 23)).reinterpretAsFloats();
      FloatVector exponent = (FloatVector) e.convertShape(VectorOperators.I2F, Lanes.F, 0);
      FloatVector f = m.sub(1f);
      FloatVector q = broadcast(Lanes.F, VectorMath.L8);
      q = q.fma(f, broadcast(Lanes.F, VectorMath.L7));
      q = q.fma(f, broadcast(Lanes.F, VectorMath.L6));
      q = q.fma(f, broadcast(Lanes.F, VectorMath.L5));
      q = q.fma(f, broadcast(Lanes.F, VectorMath.L4));
      q = q.fma(f, broadcast(Lanes.F, VectorMath.L3));
      q = q.fma(f, broadcast(Lanes.F, VectorMath.L2));
      q = q.fma(f, broadcast(Lanes.F, VectorMath.L1));
      q = q.fma(f, broadcast(Lanes.F, VectorMath.L0));
      FloatVector square = f.mul(f);
      FloatVector low = broadcast(Lanes.F, VectorMath.LN2_LOW);
      FloatVector rest = exponent.fma(low, square.mul(f).mul(q));
      FloatVector tail = square.fma(broadcast(Lanes.F, -0.5f), rest);
      FloatVector log = exponent.fma(broadcast(Lanes.F, VectorMath.LN2_HIGH), f.add(tail));
      store(log.mul(-2f).sqrt().mul(std), words, 4L * i);
    }
  }

  /// In place of W radii and W turns v, every radius twice; at [#TURNS], side by side, the b in
  /// [-1/4,1/4] with `cos(2 pi v) = sin(2 pi b)` and those with `sin(2 pi v) = sin(2 pi b)`, both
  /// exactly: v is in [0,1) and has 24 bits.
  static void spreadPairs(MemorySegment words, int n) {
    for (int i = 0; i < n; i += 2 * W) {
      long at = 4L * i;
      FloatVector radius = load(words, at);
      FloatVector turn = load(words, at + Floats.BYTES);
      FloatVector cos = turn.sub(0.5f).abs().sub(0.25f);
      FloatVector e = broadcast(Lanes.F, 0.5f).sub(turn);
      FloatVector size = broadcast(Lanes.F, 0.25f).sub(e.abs().sub(0.25f).abs());
      IntVector sign = e.reinterpretAsInts().and(SIGN);
      FloatVector sin = size.reinterpretAsInts().or(sign).reinterpretAsFloats();
      store(radius.rearrange(LOW), words, at);
      store(radius.rearrange(HIGH), words, at + Floats.BYTES);
      store(cos.rearrange(LOW).blend(sin.rearrange(LOW), SINES), words, TURNS + at);
      FloatVector high = cos.rearrange(HIGH).blend(sin.rearrange(HIGH), SINES);
      store(high, words, TURNS + at + Floats.BYTES);
    }
  }

  /// The numbers in place of their turns b: radius times `sin(2 pi b)`, which is within 3e-7. The
  /// sine as a method of its own would put every vector on the heap, as in [#radii].
  static void sines(MemorySegment words, int n) {
    for (int i = 0; i < n; i += W) {
      long at = TURNS + 4L * i;
      FloatVector b = load(words, at);
      FloatVector s = b.mul(b);
      FloatVector q = broadcast(Lanes.F, -14.394303f);
      q = q.fma(s, broadcast(Lanes.F, 42.00983f));
      q = q.fma(s, broadcast(Lanes.F, -76.704285f));
      q = q.fma(s, broadcast(Lanes.F, 81.605225f));
      q = q.fma(s, broadcast(Lanes.F, -41.3417f));
      q = q.fma(s, broadcast(Lanes.F, 6.2831855f));
      store(q.mul(b).mul(load(words, 4L * i)), words, at);
    }
  }

  @Override
  public void dropout(Tensor y, Tensor x, StepNumbers numbers, int stream, float p, long size) {
    Checks.floats("dropout", size, "y x", y, x);
    checkProbability("dropout", p);
    forEachChunk(
        PhiloxWords.of(numbers, stream),
        size,
        (words, at, n) -> drop(y.data(), x.data(), at, words, p, n));
  }

  private static void drop(
      MemorySegment y, MemorySegment x, long at, MemorySegment words, float p, int n) {
    float factor = 1 / (1 - p);
    int i = 0;
    for (; i <= n - W; i += W) {
      long a = at + 4L * i;
      VectorMask<Float> dropped = uniform(words, 4L * i).compare(VectorOperators.LT, p);
      store(load(x, a).mul(factor).blend(0f, dropped), y, a);
    }
    for (; i < n; i++) {
      long a = at + 4L * i;
      set(y, a, uniformAt(words, i) < p ? 0 : get(x, a) * factor);
    }
  }

  @Override
  public void dropPath(
      Tensor y, Tensor x, StepNumbers numbers, int stream, float p, int rows, int rowSize) {
    Checks.floats("dropPath", (long) rows * rowSize, "y x", y, x);
    checkProbability("dropPath", p);
    PhiloxWords stepWords = PhiloxWords.of(numbers, stream);
    float factor = 1 / (1 - p);
    long bytes = 4L * rowSize;
    Parts parts = Parts.rows(Math.ceilDiv(rows, 4), 4L * rowSize);
    parallel.run(
        parts.count(),
        (part, thread) -> {
          int blocks = (int) (parts.to(part) - parts.from(part));
          int room = Math.ceilDiv(blocks, PhiloxWords.BLOCKS) * PhiloxWords.BLOCKS;
          MemorySegment words = scratch.segment(thread, 0, 16L * room);
          stepWords.fill(words, parts.from(part), blocks);
          long first = 4 * parts.from(part);
          for (long r = first; r < Math.min(rows, first + 4L * blocks); r++) {
            if (uniformAt(words, (int) (r - first)) < p) {
              Floats.zero(y.data(), r * bytes, rowSize);
            } else {
              Floats.scale(y.data(), r * bytes, x.data(), r * bytes, factor, rowSize);
            }
          }
        });
  }

  /// Runs the passes for chunks of a flat tensor, each with its words. They are objects for the
  /// reason in [NormPasses].
  private void forEachChunk(PhiloxWords stepWords, long size, ChunkPass... passes) {
    Parts parts = Parts.of(size, CHUNK);
    parallel.run(
        parts.count(),
        (part, thread) -> {
          long from = parts.from(part);
          int n = (int) (parts.to(part) - from);
          MemorySegment words = scratch.segment(thread, 0, 2 * TURNS);
          stepWords.fill(words, from / 4, Math.ceilDiv(n, 4));
          for (ChunkPass pass : passes) {
            pass.run(words, 4 * from, n);
          }
        });
  }

  /// A vector of words as floats in [0,1): [Philox#uniform(int)].
  private static FloatVector uniform(MemorySegment words, long at) {
    IntVector bits = IntVector.fromMemorySegment(Lanes.I, words, at, Lanes.ORDER);
    IntVector high = bits.lanewise(VectorOperators.LSHR, 8);
    FloatVector floats = (FloatVector) high.convertShape(VectorOperators.I2F, Lanes.F, 0);
    return floats.mul(0x1p-24f);
  }

  private static float uniformAt(MemorySegment words, int i) {
    return Philox.uniform(words.get(ValueLayout.JAVA_INT, 4L * i));
  }

  private static void checkProbability(String operation, float p) {
    Checks.that(p >= 0 && p < 1, operation, "p must be in [0,1), got " + p);
  }

  /// What is done with one chunk.
  @FunctionalInterface
  private interface ChunkPass {
    /// With `n` elements from byte `at` on.
    void run(MemorySegment words, long at, int n);
  }
}
