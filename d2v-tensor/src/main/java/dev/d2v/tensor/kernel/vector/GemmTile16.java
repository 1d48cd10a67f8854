package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.W;
import static dev.d2v.tensor.kernel.vector.Lanes.F;
import static dev.d2v.tensor.kernel.vector.Lanes.ORDER;
import static dev.d2v.tensor.kernel.vector.Native.ALL;
import static dev.d2v.tensor.kernel.vector.Native.FLOAT;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.FloatVector.zero;

import jdk.incubator.vector.FloatVector;

/// The micro-kernel for a machine with 16 vector registers: 12 of them hold the sums, of 6 rows by
/// 2 vectors. See [GemmTile32].
@SuppressWarnings("AssignmentExpression") // one line a product keeps a kernel on one screen
final class GemmTile16 {
  private GemmTile16() {}

  /// See [GemmTile#product].
  static void product(long t, long a, long la, long b, long lb, int k) {
    FloatVector z = zero(F), v;
    FloatVector c00 = z, c01 = z, c10 = z, c11 = z;
    FloatVector c20 = z, c21 = z, c30 = z, c31 = z;
    FloatVector c40 = z, c41 = z, c50 = z, c51 = z;
    for (int p = 0; p < k; p++) {
      long ap = a + la * p, bp = b + lb * p;
      FloatVector b0 = fromMemorySegment(F, ALL, bp, ORDER);
      FloatVector b1 = fromMemorySegment(F, ALL, bp + W, ORDER);
      c00 = (v = broadcast(F, ALL.get(FLOAT, ap))).fma(b0, c00);
      c01 = v.fma(b1, c01);
      c10 = (v = broadcast(F, ALL.get(FLOAT, ap + 4))).fma(b0, c10);
      c11 = v.fma(b1, c11);
      c20 = (v = broadcast(F, ALL.get(FLOAT, ap + 8))).fma(b0, c20);
      c21 = v.fma(b1, c21);
      c30 = (v = broadcast(F, ALL.get(FLOAT, ap + 12))).fma(b0, c30);
      c31 = v.fma(b1, c31);
      c40 = (v = broadcast(F, ALL.get(FLOAT, ap + 16))).fma(b0, c40);
      c41 = v.fma(b1, c41);
      c50 = (v = broadcast(F, ALL.get(FLOAT, ap + 20))).fma(b0, c50);
      c51 = v.fma(b1, c51);
    }
    c00.intoMemorySegment(ALL, t, ORDER);
    c01.intoMemorySegment(ALL, t + W, ORDER);
    c10.intoMemorySegment(ALL, t + 2 * W, ORDER);
    c11.intoMemorySegment(ALL, t + 3 * W, ORDER);
    c20.intoMemorySegment(ALL, t + 4 * W, ORDER);
    c21.intoMemorySegment(ALL, t + 5 * W, ORDER);
    c30.intoMemorySegment(ALL, t + 6 * W, ORDER);
    c31.intoMemorySegment(ALL, t + 7 * W, ORDER);
    c40.intoMemorySegment(ALL, t + 8 * W, ORDER);
    c41.intoMemorySegment(ALL, t + 9 * W, ORDER);
    c50.intoMemorySegment(ALL, t + 10 * W, ORDER);
    c51.intoMemorySegment(ALL, t + 11 * W, ORDER);
  }
}
