package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.W;
import static dev.d2v.tensor.kernel.vector.Lanes.F;
import static dev.d2v.tensor.kernel.vector.Lanes.ORDER;
import static dev.d2v.tensor.kernel.vector.Native.ALL;
import static dev.d2v.tensor.kernel.vector.Native.FLOAT;
import static dev.d2v.tensor.kernel.vector.Native.load;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.zero;

import jdk.incubator.vector.FloatVector;

/// The micro-kernel for a machine with 32 vector registers: 24 of them hold the sums, of 6 rows by
/// 4 vectors; ten loads for 24 products.
///
/// The loop is straight-line code over locals, the only form that the compiler keeps in registers,
/// and calls nothing but the Vector API, whose methods are always inlined, and [Native#load], which
/// is smaller than a call: in a method this large the compiler inlines no others, and a vector that
/// is passed on is a vector on the heap.
@SuppressWarnings("AssignmentExpression") // one line a product keeps a kernel on one screen
final class GemmTile32 {
  private GemmTile32() {}

  /// See [GemmTile#product].
  static void product(long t, long a, long la, long b, long lb, int k) {
    FloatVector z = zero(F), v;
    FloatVector c00 = z, c01 = z, c02 = z, c03 = z, c10 = z, c11 = z, c12 = z, c13 = z;
    FloatVector c20 = z, c21 = z, c22 = z, c23 = z, c30 = z, c31 = z, c32 = z, c33 = z;
    FloatVector c40 = z, c41 = z, c42 = z, c43 = z, c50 = z, c51 = z, c52 = z, c53 = z;
    for (int p = 0; p < k; p++) {
      long ap = a + la * p, bp = b + lb * p;
      FloatVector b0 = load(bp), b1 = load(bp + W), b2 = load(bp + 2 * W), b3 = load(bp + 3 * W);
      c00 = (v = broadcast(F, ALL.get(FLOAT, ap))).fma(b0, c00);
      c01 = v.fma(b1, c01);
      c02 = v.fma(b2, c02);
      c03 = v.fma(b3, c03);
      c10 = (v = broadcast(F, ALL.get(FLOAT, ap + 4))).fma(b0, c10);
      c11 = v.fma(b1, c11);
      c12 = v.fma(b2, c12);
      c13 = v.fma(b3, c13);
      c20 = (v = broadcast(F, ALL.get(FLOAT, ap + 8))).fma(b0, c20);
      c21 = v.fma(b1, c21);
      c22 = v.fma(b2, c22);
      c23 = v.fma(b3, c23);
      c30 = (v = broadcast(F, ALL.get(FLOAT, ap + 12))).fma(b0, c30);
      c31 = v.fma(b1, c31);
      c32 = v.fma(b2, c32);
      c33 = v.fma(b3, c33);
      c40 = (v = broadcast(F, ALL.get(FLOAT, ap + 16))).fma(b0, c40);
      c41 = v.fma(b1, c41);
      c42 = v.fma(b2, c42);
      c43 = v.fma(b3, c43);
      c50 = (v = broadcast(F, ALL.get(FLOAT, ap + 20))).fma(b0, c50);
      c51 = v.fma(b1, c51);
      c52 = v.fma(b2, c52);
      c53 = v.fma(b3, c53);
    }
    c00.intoMemorySegment(ALL, t, ORDER);
    c01.intoMemorySegment(ALL, t + W, ORDER);
    c02.intoMemorySegment(ALL, t + 2 * W, ORDER);
    c03.intoMemorySegment(ALL, t + 3 * W, ORDER);
    c10.intoMemorySegment(ALL, t + 4 * W, ORDER);
    c11.intoMemorySegment(ALL, t + 5 * W, ORDER);
    c12.intoMemorySegment(ALL, t + 6 * W, ORDER);
    c13.intoMemorySegment(ALL, t + 7 * W, ORDER);
    c20.intoMemorySegment(ALL, t + 8 * W, ORDER);
    c21.intoMemorySegment(ALL, t + 9 * W, ORDER);
    c22.intoMemorySegment(ALL, t + 10 * W, ORDER);
    c23.intoMemorySegment(ALL, t + 11 * W, ORDER);
    c30.intoMemorySegment(ALL, t + 12 * W, ORDER);
    c31.intoMemorySegment(ALL, t + 13 * W, ORDER);
    c32.intoMemorySegment(ALL, t + 14 * W, ORDER);
    c33.intoMemorySegment(ALL, t + 15 * W, ORDER);
    c40.intoMemorySegment(ALL, t + 16 * W, ORDER);
    c41.intoMemorySegment(ALL, t + 17 * W, ORDER);
    c42.intoMemorySegment(ALL, t + 18 * W, ORDER);
    c43.intoMemorySegment(ALL, t + 19 * W, ORDER);
    c50.intoMemorySegment(ALL, t + 20 * W, ORDER);
    c51.intoMemorySegment(ALL, t + 21 * W, ORDER);
    c52.intoMemorySegment(ALL, t + 22 * W, ORDER);
    c53.intoMemorySegment(ALL, t + 23 * W, ORDER);
  }
}
