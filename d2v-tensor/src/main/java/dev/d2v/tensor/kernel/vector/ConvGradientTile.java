package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.Lanes.F;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.zero;

import jdk.incubator.vector.FloatVector;

/// The micro-kernel of a convolution's weight gradient. Source channels lie along the lanes: a tile
/// is eight target channels by three vectors of source channels, which may belong to neighbouring
/// taps, summed over places. As in [ConvTile], its values are constant offsets from one index, in
/// arrays, and it calls nothing but the Vector API.
@SuppressWarnings("AssignmentExpression") // one line a product keeps a kernel on one screen
final class ConvGradientTile {
  /// Target channels of a tile: with three vectors for each, as many as there are registers for.
  static final int TARGETS = F.length() >= 16 ? 8 : 4;

  /// Vectors of source channels of a tile.
  static final int VECTORS = TARGETS == 8 ? 3 : 2;

  /// Floats of a tile.
  static final int FLOATS = TARGETS * VECTORS * F.length();

  private static final int L = F.length();

  private ConvGradientTile() {}

  /// `out[k][j] = sum over n places of dy[place][k] * x[place + dj]` for [#TARGETS] target channels
  /// k and [#VECTORS] vectors j.
  ///
  /// @param places where the places begin in the panel x
  /// @param dy 16 channels a place, of which those from `dyAt` on are meant
  static void run(
      float[] x, int[] places, int n, int d0, int d1, int d2, float[] dy, int dyAt, float[] out) {
    if (TARGETS == 8) {
      eight(x, places, n, d0, d1, d2, dy, dyAt, out);
    } else {
      four(x, places, n, d0, d1, dy, dyAt, out);
    }
  }

  private static void eight(
      float[] x, int[] places, int n, int d0, int d1, int d2, float[] dy, int dyAt, float[] out) {
    FloatVector z = zero(F), t;
    FloatVector a0 = z, a1 = z, a2 = z, a3 = z, a4 = z, a5 = z, a6 = z, a7 = z;
    FloatVector b0 = z, b1 = z, b2 = z, b3 = z, b4 = z, b5 = z, b6 = z, b7 = z;
    FloatVector c0 = z, c1 = z, c2 = z, c3 = z, c4 = z, c5 = z, c6 = z, c7 = z;
    for (int i = 0, g = dyAt; i < n; i++, g += 16) {
      int p = places[i];
      FloatVector x0 = fromArray(F, x, p + d0), x1 = fromArray(F, x, p + d1);
      FloatVector x2 = fromArray(F, x, p + d2);
      a0 = (t = broadcast(F, dy[g])).fma(x0, a0);
      b0 = t.fma(x1, b0);
      c0 = t.fma(x2, c0);
      a1 = (t = broadcast(F, dy[g + 1])).fma(x0, a1);
      b1 = t.fma(x1, b1);
      c1 = t.fma(x2, c1);
      a2 = (t = broadcast(F, dy[g + 2])).fma(x0, a2);
      b2 = t.fma(x1, b2);
      c2 = t.fma(x2, c2);
      a3 = (t = broadcast(F, dy[g + 3])).fma(x0, a3);
      b3 = t.fma(x1, b3);
      c3 = t.fma(x2, c3);
      a4 = (t = broadcast(F, dy[g + 4])).fma(x0, a4);
      b4 = t.fma(x1, b4);
      c4 = t.fma(x2, c4);
      a5 = (t = broadcast(F, dy[g + 5])).fma(x0, a5);
      b5 = t.fma(x1, b5);
      c5 = t.fma(x2, c5);
      a6 = (t = broadcast(F, dy[g + 6])).fma(x0, a6);
      b6 = t.fma(x1, b6);
      c6 = t.fma(x2, c6);
      a7 = (t = broadcast(F, dy[g + 7])).fma(x0, a7);
      b7 = t.fma(x1, b7);
      c7 = t.fma(x2, c7);
    }
    a0.intoArray(out, 0);
    b0.intoArray(out, L);
    c0.intoArray(out, 2 * L);
    a1.intoArray(out, 3 * L);
    b1.intoArray(out, 4 * L);
    c1.intoArray(out, 5 * L);
    a2.intoArray(out, 6 * L);
    b2.intoArray(out, 7 * L);
    c2.intoArray(out, 8 * L);
    a3.intoArray(out, 9 * L);
    b3.intoArray(out, 10 * L);
    c3.intoArray(out, 11 * L);
    a4.intoArray(out, 12 * L);
    b4.intoArray(out, 13 * L);
    c4.intoArray(out, 14 * L);
    a5.intoArray(out, 15 * L);
    b5.intoArray(out, 16 * L);
    c5.intoArray(out, 17 * L);
    a6.intoArray(out, 18 * L);
    b6.intoArray(out, 19 * L);
    c6.intoArray(out, 20 * L);
    a7.intoArray(out, 21 * L);
    b7.intoArray(out, 22 * L);
    c7.intoArray(out, 23 * L);
  }

  /// Of two vectors: with 16 registers, of which 8 hold sums, there is room for what is loaded.
  private static void four(
      float[] x, int[] places, int n, int d0, int d1, float[] dy, int dyAt, float[] out) {
    FloatVector z = zero(F), t;
    FloatVector a0 = z, a1 = z, a2 = z, a3 = z, b0 = z, b1 = z, b2 = z, b3 = z;
    for (int i = 0, g = dyAt; i < n; i++, g += 16) {
      int p = places[i];
      FloatVector x0 = fromArray(F, x, p + d0), x1 = fromArray(F, x, p + d1);
      a0 = (t = broadcast(F, dy[g])).fma(x0, a0);
      b0 = t.fma(x1, b0);
      a1 = (t = broadcast(F, dy[g + 1])).fma(x0, a1);
      b1 = t.fma(x1, b1);
      a2 = (t = broadcast(F, dy[g + 2])).fma(x0, a2);
      b2 = t.fma(x1, b2);
      a3 = (t = broadcast(F, dy[g + 3])).fma(x0, a3);
      b3 = t.fma(x1, b3);
    }
    a0.intoArray(out, 0);
    b0.intoArray(out, L);
    a1.intoArray(out, 2 * L);
    b1.intoArray(out, 3 * L);
    a2.intoArray(out, 4 * L);
    b2.intoArray(out, 5 * L);
    a3.intoArray(out, 6 * L);
    b3.intoArray(out, 7 * L);
  }
}
