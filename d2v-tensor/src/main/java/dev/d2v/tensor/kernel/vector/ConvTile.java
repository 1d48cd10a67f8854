package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.Lanes.F;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;

import jdk.incubator.vector.FloatVector;

/// Micro-kernels of the convolutions. In a [ConvPanel] neighbouring places are 16 floats apart, so
/// every value that a tile reads is a constant offset from one index.
///
/// A tile is seven places by one vector of target channels, or by two where there are registers for
/// it. A step multiplies by up to three neighbouring taps: nine values then serve 21 products a
/// vector. With one tap at a time each product needs a value of its own, and the processor loads
/// and spreads fewer than it can multiply by.
///
/// Panels are arrays: so many reads of a memory segment in one loop exceed what the compiler
/// inlines, and then every vector is allocated. For the same reason methods call nothing but the
/// Vector API.
final class ConvTile {
  /// Neighbouring places of a tile.
  static final int PLACES = 7;

  /// Most vectors of target channels of a tile: two need more than 16 registers.
  static final int VECTORS = F.length() >= 16 ? 2 : 1;

  /// Floats of weights that a tile should go through at most: half of a first-level cache.
  static final int CACHED = 4096;

  private static final int L = F.length();

  private ConvTile() {}

  /// `out[j] += sum over steps and taps of x[place + j + tap] * w` for [#PLACES] places.
  ///
  /// @param taps neighbouring taps of each step, up to three
  /// @param x where the first place begins, `xAt`
  /// @param steps what the steps from `from` to `to` add to `xAt`
  /// @param w for each step, tap and vector the weights
  /// @param at where the places' first vectors of target channels are in out
  /// @param second where the second ones are, or -1 when there are none
  static void run(
      int taps,
      float[] x,
      int xAt,
      int[] steps,
      int from,
      int to,
      float[] w,
      int wAt,
      float[] out,
      int at,
      int second) {
    if (second >= 0) {
      switch (taps) {
        case 3 -> three2(x, xAt, steps, from, to, w, wAt, out, at, second);
        case 2 -> two2(x, xAt, steps, from, to, w, wAt, out, at, second);
        default -> one2(x, xAt, steps, from, to, w, wAt, out, at, second);
      }
    } else {
      switch (taps) {
        case 3 -> three(x, xAt, steps, from, to, w, wAt, out, at);
        case 2 -> two(x, xAt, steps, from, to, w, wAt, out, at);
        default -> one(x, xAt, steps, from, to, w, wAt, out, at);
      }
    }
  }

  /// Three taps by two vectors.
  private static void three2(
      float[] x,
      int xAt,
      int[] steps,
      int from,
      int to,
      float[] w,
      int wAt,
      float[] out,
      int at,
      int second) {
    FloatVector a0 = fromArray(F, out, at), b0 = fromArray(F, out, second);
    FloatVector a1 = fromArray(F, out, at + L), b1 = fromArray(F, out, second + L);
    FloatVector a2 = fromArray(F, out, at + 2 * L), b2 = fromArray(F, out, second + 2 * L);
    FloatVector a3 = fromArray(F, out, at + 3 * L), b3 = fromArray(F, out, second + 3 * L);
    FloatVector a4 = fromArray(F, out, at + 4 * L), b4 = fromArray(F, out, second + 4 * L);
    FloatVector a5 = fromArray(F, out, at + 5 * L), b5 = fromArray(F, out, second + 5 * L);
    FloatVector a6 = fromArray(F, out, at + 6 * L), b6 = fromArray(F, out, second + 6 * L);
    int v = wAt;
    for (int step = from; step < to; step++, v += 6 * L) {
      int p = xAt + steps[step];
      FloatVector u0 = fromArray(F, w, v), v0 = fromArray(F, w, v + L);
      FloatVector u1 = fromArray(F, w, v + 2 * L), v1 = fromArray(F, w, v + 3 * L);
      FloatVector u2 = fromArray(F, w, v + 4 * L), v2 = fromArray(F, w, v + 5 * L);
      FloatVector x0 = broadcast(F, x[p]), x1 = broadcast(F, x[p + 16]);
      FloatVector x2 = broadcast(F, x[p + 32]), x3 = broadcast(F, x[p + 48]);
      FloatVector x4 = broadcast(F, x[p + 64]), x5 = broadcast(F, x[p + 80]);
      FloatVector x6 = broadcast(F, x[p + 96]), x7 = broadcast(F, x[p + 112]);
      FloatVector x8 = broadcast(F, x[p + 128]);
      a0 = x2.fma(u2, x1.fma(u1, x0.fma(u0, a0)));
      b0 = x2.fma(v2, x1.fma(v1, x0.fma(v0, b0)));
      a1 = x3.fma(u2, x2.fma(u1, x1.fma(u0, a1)));
      b1 = x3.fma(v2, x2.fma(v1, x1.fma(v0, b1)));
      a2 = x4.fma(u2, x3.fma(u1, x2.fma(u0, a2)));
      b2 = x4.fma(v2, x3.fma(v1, x2.fma(v0, b2)));
      a3 = x5.fma(u2, x4.fma(u1, x3.fma(u0, a3)));
      b3 = x5.fma(v2, x4.fma(v1, x3.fma(v0, b3)));
      a4 = x6.fma(u2, x5.fma(u1, x4.fma(u0, a4)));
      b4 = x6.fma(v2, x5.fma(v1, x4.fma(v0, b4)));
      a5 = x7.fma(u2, x6.fma(u1, x5.fma(u0, a5)));
      b5 = x7.fma(v2, x6.fma(v1, x5.fma(v0, b5)));
      a6 = x8.fma(u2, x7.fma(u1, x6.fma(u0, a6)));
      b6 = x8.fma(v2, x7.fma(v1, x6.fma(v0, b6)));
    }
    a0.intoArray(out, at);
    b0.intoArray(out, second);
    a1.intoArray(out, at + L);
    b1.intoArray(out, second + L);
    a2.intoArray(out, at + 2 * L);
    b2.intoArray(out, second + 2 * L);
    a3.intoArray(out, at + 3 * L);
    b3.intoArray(out, second + 3 * L);
    a4.intoArray(out, at + 4 * L);
    b4.intoArray(out, second + 4 * L);
    a5.intoArray(out, at + 5 * L);
    b5.intoArray(out, second + 5 * L);
    a6.intoArray(out, at + 6 * L);
    b6.intoArray(out, second + 6 * L);
  }

  /// Two taps by two vectors.
  private static void two2(
      float[] x,
      int xAt,
      int[] steps,
      int from,
      int to,
      float[] w,
      int wAt,
      float[] out,
      int at,
      int second) {
    FloatVector a0 = fromArray(F, out, at), b0 = fromArray(F, out, second);
    FloatVector a1 = fromArray(F, out, at + L), b1 = fromArray(F, out, second + L);
    FloatVector a2 = fromArray(F, out, at + 2 * L), b2 = fromArray(F, out, second + 2 * L);
    FloatVector a3 = fromArray(F, out, at + 3 * L), b3 = fromArray(F, out, second + 3 * L);
    FloatVector a4 = fromArray(F, out, at + 4 * L), b4 = fromArray(F, out, second + 4 * L);
    FloatVector a5 = fromArray(F, out, at + 5 * L), b5 = fromArray(F, out, second + 5 * L);
    FloatVector a6 = fromArray(F, out, at + 6 * L), b6 = fromArray(F, out, second + 6 * L);
    int v = wAt;
    for (int step = from; step < to; step++, v += 4 * L) {
      int p = xAt + steps[step];
      FloatVector u0 = fromArray(F, w, v), v0 = fromArray(F, w, v + L);
      FloatVector u1 = fromArray(F, w, v + 2 * L), v1 = fromArray(F, w, v + 3 * L);
      FloatVector x0 = broadcast(F, x[p]), x1 = broadcast(F, x[p + 16]);
      FloatVector x2 = broadcast(F, x[p + 32]), x3 = broadcast(F, x[p + 48]);
      FloatVector x4 = broadcast(F, x[p + 64]), x5 = broadcast(F, x[p + 80]);
      FloatVector x6 = broadcast(F, x[p + 96]), x7 = broadcast(F, x[p + 112]);
      a0 = x1.fma(u1, x0.fma(u0, a0));
      b0 = x1.fma(v1, x0.fma(v0, b0));
      a1 = x2.fma(u1, x1.fma(u0, a1));
      b1 = x2.fma(v1, x1.fma(v0, b1));
      a2 = x3.fma(u1, x2.fma(u0, a2));
      b2 = x3.fma(v1, x2.fma(v0, b2));
      a3 = x4.fma(u1, x3.fma(u0, a3));
      b3 = x4.fma(v1, x3.fma(v0, b3));
      a4 = x5.fma(u1, x4.fma(u0, a4));
      b4 = x5.fma(v1, x4.fma(v0, b4));
      a5 = x6.fma(u1, x5.fma(u0, a5));
      b5 = x6.fma(v1, x5.fma(v0, b5));
      a6 = x7.fma(u1, x6.fma(u0, a6));
      b6 = x7.fma(v1, x6.fma(v0, b6));
    }
    a0.intoArray(out, at);
    b0.intoArray(out, second);
    a1.intoArray(out, at + L);
    b1.intoArray(out, second + L);
    a2.intoArray(out, at + 2 * L);
    b2.intoArray(out, second + 2 * L);
    a3.intoArray(out, at + 3 * L);
    b3.intoArray(out, second + 3 * L);
    a4.intoArray(out, at + 4 * L);
    b4.intoArray(out, second + 4 * L);
    a5.intoArray(out, at + 5 * L);
    b5.intoArray(out, second + 5 * L);
    a6.intoArray(out, at + 6 * L);
    b6.intoArray(out, second + 6 * L);
  }

  /// One tap by two vectors.
  private static void one2(
      float[] x,
      int xAt,
      int[] steps,
      int from,
      int to,
      float[] w,
      int wAt,
      float[] out,
      int at,
      int second) {
    FloatVector a0 = fromArray(F, out, at), b0 = fromArray(F, out, second);
    FloatVector a1 = fromArray(F, out, at + L), b1 = fromArray(F, out, second + L);
    FloatVector a2 = fromArray(F, out, at + 2 * L), b2 = fromArray(F, out, second + 2 * L);
    FloatVector a3 = fromArray(F, out, at + 3 * L), b3 = fromArray(F, out, second + 3 * L);
    FloatVector a4 = fromArray(F, out, at + 4 * L), b4 = fromArray(F, out, second + 4 * L);
    FloatVector a5 = fromArray(F, out, at + 5 * L), b5 = fromArray(F, out, second + 5 * L);
    FloatVector a6 = fromArray(F, out, at + 6 * L), b6 = fromArray(F, out, second + 6 * L);
    int v = wAt;
    for (int step = from; step < to; step++, v += 2 * L) {
      int p = xAt + steps[step];
      FloatVector u0 = fromArray(F, w, v), v0 = fromArray(F, w, v + L);
      FloatVector x0 = broadcast(F, x[p]), x1 = broadcast(F, x[p + 16]);
      FloatVector x2 = broadcast(F, x[p + 32]), x3 = broadcast(F, x[p + 48]);
      FloatVector x4 = broadcast(F, x[p + 64]), x5 = broadcast(F, x[p + 80]);
      FloatVector x6 = broadcast(F, x[p + 96]);
      a0 = x0.fma(u0, a0);
      b0 = x0.fma(v0, b0);
      a1 = x1.fma(u0, a1);
      b1 = x1.fma(v0, b1);
      a2 = x2.fma(u0, a2);
      b2 = x2.fma(v0, b2);
      a3 = x3.fma(u0, a3);
      b3 = x3.fma(v0, b3);
      a4 = x4.fma(u0, a4);
      b4 = x4.fma(v0, b4);
      a5 = x5.fma(u0, a5);
      b5 = x5.fma(v0, b5);
      a6 = x6.fma(u0, a6);
      b6 = x6.fma(v0, b6);
    }
    a0.intoArray(out, at);
    b0.intoArray(out, second);
    a1.intoArray(out, at + L);
    b1.intoArray(out, second + L);
    a2.intoArray(out, at + 2 * L);
    b2.intoArray(out, second + 2 * L);
    a3.intoArray(out, at + 3 * L);
    b3.intoArray(out, second + 3 * L);
    a4.intoArray(out, at + 4 * L);
    b4.intoArray(out, second + 4 * L);
    a5.intoArray(out, at + 5 * L);
    b5.intoArray(out, second + 5 * L);
    a6.intoArray(out, at + 6 * L);
    b6.intoArray(out, second + 6 * L);
  }

  /// Three taps by one vector.
  private static void three(
      float[] x, int xAt, int[] steps, int from, int to, float[] w, int wAt, float[] out, int at) {
    FloatVector a0 = fromArray(F, out, at);
    FloatVector a1 = fromArray(F, out, at + L);
    FloatVector a2 = fromArray(F, out, at + 2 * L);
    FloatVector a3 = fromArray(F, out, at + 3 * L);
    FloatVector a4 = fromArray(F, out, at + 4 * L);
    FloatVector a5 = fromArray(F, out, at + 5 * L);
    FloatVector a6 = fromArray(F, out, at + 6 * L);
    int v = wAt;
    for (int step = from; step < to; step++, v += 3 * L) {
      int p = xAt + steps[step];
      FloatVector u0 = fromArray(F, w, v), u1 = fromArray(F, w, v + L);
      FloatVector u2 = fromArray(F, w, v + 2 * L);
      FloatVector x0 = broadcast(F, x[p]), x1 = broadcast(F, x[p + 16]);
      FloatVector x2 = broadcast(F, x[p + 32]), x3 = broadcast(F, x[p + 48]);
      FloatVector x4 = broadcast(F, x[p + 64]), x5 = broadcast(F, x[p + 80]);
      FloatVector x6 = broadcast(F, x[p + 96]), x7 = broadcast(F, x[p + 112]);
      FloatVector x8 = broadcast(F, x[p + 128]);
      a0 = x2.fma(u2, x1.fma(u1, x0.fma(u0, a0)));
      a1 = x3.fma(u2, x2.fma(u1, x1.fma(u0, a1)));
      a2 = x4.fma(u2, x3.fma(u1, x2.fma(u0, a2)));
      a3 = x5.fma(u2, x4.fma(u1, x3.fma(u0, a3)));
      a4 = x6.fma(u2, x5.fma(u1, x4.fma(u0, a4)));
      a5 = x7.fma(u2, x6.fma(u1, x5.fma(u0, a5)));
      a6 = x8.fma(u2, x7.fma(u1, x6.fma(u0, a6)));
    }
    a0.intoArray(out, at);
    a1.intoArray(out, at + L);
    a2.intoArray(out, at + 2 * L);
    a3.intoArray(out, at + 3 * L);
    a4.intoArray(out, at + 4 * L);
    a5.intoArray(out, at + 5 * L);
    a6.intoArray(out, at + 6 * L);
  }

  /// Two taps by one vector.
  private static void two(
      float[] x, int xAt, int[] steps, int from, int to, float[] w, int wAt, float[] out, int at) {
    FloatVector a0 = fromArray(F, out, at);
    FloatVector a1 = fromArray(F, out, at + L);
    FloatVector a2 = fromArray(F, out, at + 2 * L);
    FloatVector a3 = fromArray(F, out, at + 3 * L);
    FloatVector a4 = fromArray(F, out, at + 4 * L);
    FloatVector a5 = fromArray(F, out, at + 5 * L);
    FloatVector a6 = fromArray(F, out, at + 6 * L);
    int v = wAt;
    for (int step = from; step < to; step++, v += 2 * L) {
      int p = xAt + steps[step];
      FloatVector u0 = fromArray(F, w, v), u1 = fromArray(F, w, v + L);
      FloatVector x0 = broadcast(F, x[p]), x1 = broadcast(F, x[p + 16]);
      FloatVector x2 = broadcast(F, x[p + 32]), x3 = broadcast(F, x[p + 48]);
      FloatVector x4 = broadcast(F, x[p + 64]), x5 = broadcast(F, x[p + 80]);
      FloatVector x6 = broadcast(F, x[p + 96]), x7 = broadcast(F, x[p + 112]);
      a0 = x1.fma(u1, x0.fma(u0, a0));
      a1 = x2.fma(u1, x1.fma(u0, a1));
      a2 = x3.fma(u1, x2.fma(u0, a2));
      a3 = x4.fma(u1, x3.fma(u0, a3));
      a4 = x5.fma(u1, x4.fma(u0, a4));
      a5 = x6.fma(u1, x5.fma(u0, a5));
      a6 = x7.fma(u1, x6.fma(u0, a6));
    }
    a0.intoArray(out, at);
    a1.intoArray(out, at + L);
    a2.intoArray(out, at + 2 * L);
    a3.intoArray(out, at + 3 * L);
    a4.intoArray(out, at + 4 * L);
    a5.intoArray(out, at + 5 * L);
    a6.intoArray(out, at + 6 * L);
  }

  /// One tap by one vector.
  private static void one(
      float[] x, int xAt, int[] steps, int from, int to, float[] w, int wAt, float[] out, int at) {
    FloatVector a0 = fromArray(F, out, at);
    FloatVector a1 = fromArray(F, out, at + L);
    FloatVector a2 = fromArray(F, out, at + 2 * L);
    FloatVector a3 = fromArray(F, out, at + 3 * L);
    FloatVector a4 = fromArray(F, out, at + 4 * L);
    FloatVector a5 = fromArray(F, out, at + 5 * L);
    FloatVector a6 = fromArray(F, out, at + 6 * L);
    int v = wAt;
    for (int step = from; step < to; step++, v += L) {
      int p = xAt + steps[step];
      FloatVector u0 = fromArray(F, w, v);
      FloatVector x0 = broadcast(F, x[p]), x1 = broadcast(F, x[p + 16]);
      FloatVector x2 = broadcast(F, x[p + 32]), x3 = broadcast(F, x[p + 48]);
      FloatVector x4 = broadcast(F, x[p + 64]), x5 = broadcast(F, x[p + 80]);
      FloatVector x6 = broadcast(F, x[p + 96]);
      a0 = x0.fma(u0, a0);
      a1 = x1.fma(u0, a1);
      a2 = x2.fma(u0, a2);
      a3 = x3.fma(u0, a3);
      a4 = x4.fma(u0, a4);
      a5 = x5.fma(u0, a5);
      a6 = x6.fma(u0, a6);
    }
    a0.intoArray(out, at);
    a1.intoArray(out, at + L);
    a2.intoArray(out, at + 2 * L);
    a3.intoArray(out, at + 3 * L);
    a4.intoArray(out, at + 4 * L);
    a5.intoArray(out, at + 5 * L);
    a6.intoArray(out, at + 6 * L);
  }
}
