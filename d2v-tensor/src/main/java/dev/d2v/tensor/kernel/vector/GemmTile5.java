package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.DISTANCE;
import static dev.d2v.tensor.kernel.vector.GemmTile.HIGH;
import static dev.d2v.tensor.kernel.vector.GemmTile.ROWS;
import static dev.d2v.tensor.kernel.vector.GemmTile.SLAB;
import static dev.d2v.tensor.kernel.vector.GemmTile.V;
import static dev.d2v.tensor.kernel.vector.GemmTile.W;
import static dev.d2v.tensor.kernel.vector.Lanes.F;
import static dev.d2v.tensor.kernel.vector.Lanes.ORDER;
import static dev.d2v.tensor.kernel.vector.Native.ALL;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.zero;

import jdk.incubator.vector.FloatVector;

/// The micro-kernels for a machine with 16 vector registers, 10 of which hold the sums of 5 rows by
/// 2 vectors: with 6 rows the compiler keeps a sum on the stack, which halves the speed. Elsewhere
/// for the last rows of a block. See [GemmTile12] for their form.
///
/// Indices go through a mask that keeps all bits, which the compiler does not know. If it did, it
/// would prove all elements of a to be inside the array before the loop, load five at once, and
/// have a register too few.
@SuppressWarnings("AssignmentExpression") // one line a product keeps a kernel on one screen
final class GemmTile5 {
  private GemmTile5() {}

  /// All bits, for k is not negative.
  static int mask(int k) {
    return ~(k >> 31);
  }

  /// See [GemmTile#rows].
  static void rows(
      long c, long ldc, float[] z, int zt, float[] a, int at, float[] b, int bt, int k) {
    FloatVector o = zero(F), v;
    FloatVector c00 = o, c01 = o, c10 = o, c11 = o, c20 = o, c21 = o;
    FloatVector c30 = o, c31 = o, c40 = o, c41 = o;
    int mask = mask(k);
    for (int p = 0; p < k; p++) {
      int ap = at + (ROWS == 12 ? (p >> 4) * SLAB + (p & 15) : p & mask), bp = bt + 2 * V * p;
      FloatVector b0 = fromArray(F, b, bp), b1 = fromArray(F, b, bp + V);
      c00 = (v = broadcast(F, a[ap])).fma(b0, c00);
      c01 = v.fma(b1, c01);
      c10 = (v = broadcast(F, a[ap + DISTANCE])).fma(b0, c10);
      c11 = v.fma(b1, c11);
      c20 = (v = broadcast(F, a[ap + 2 * DISTANCE])).fma(b0, c20);
      c21 = v.fma(b1, c21);
      c30 = (v = broadcast(F, a[ap + 3 * DISTANCE])).fma(b0, c30);
      c31 = v.fma(b1, c31);
      c40 = (v = broadcast(F, a[ap + 4 * DISTANCE])).fma(b0, c40);
      c41 = v.fma(b1, c41);
    }
    FloatVector z0 = fromArray(F, z, zt), z1 = fromArray(F, z, zt + V);
    c00.add(z0).intoMemorySegment(ALL, c, ORDER);
    c01.add(z1).intoMemorySegment(ALL, c + W, ORDER);
    c10.add(z0).intoMemorySegment(ALL, c + ldc, ORDER);
    c11.add(z1).intoMemorySegment(ALL, c + ldc + W, ORDER);
    c20.add(z0).intoMemorySegment(ALL, c + 2 * ldc, ORDER);
    c21.add(z1).intoMemorySegment(ALL, c + 2 * ldc + W, ORDER);
    c30.add(z0).intoMemorySegment(ALL, c + 3 * ldc, ORDER);
    c31.add(z1).intoMemorySegment(ALL, c + 3 * ldc + W, ORDER);
    c40.add(z0).intoMemorySegment(ALL, c + 4 * ldc, ORDER);
    c41.add(z1).intoMemorySegment(ALL, c + 4 * ldc + W, ORDER);
  }

  /// See [GemmTile#columns].
  static void columns(long c, long ldc, float[] a, int at, float[] b, int bt, int k) {
    FloatVector o = zero(F), v;
    FloatVector c00 = o, c01 = o, c10 = o, c11 = o, c20 = o, c21 = o;
    FloatVector c30 = o, c31 = o, c40 = o, c41 = o;
    int step = HIGH & mask(k);
    for (int p = 0; p < k; p++) {
      int ap = at + step * p, bp = bt + 2 * V * p;
      FloatVector b0 = fromArray(F, b, bp), b1 = fromArray(F, b, bp + V);
      c00 = (v = broadcast(F, a[ap])).fma(b0, c00);
      c01 = v.fma(b1, c01);
      c10 = (v = broadcast(F, a[ap + 1])).fma(b0, c10);
      c11 = v.fma(b1, c11);
      c20 = (v = broadcast(F, a[ap + 2])).fma(b0, c20);
      c21 = v.fma(b1, c21);
      c30 = (v = broadcast(F, a[ap + 3])).fma(b0, c30);
      c31 = v.fma(b1, c31);
      c40 = (v = broadcast(F, a[ap + 4])).fma(b0, c40);
      c41 = v.fma(b1, c41);
    }
    c00.intoMemorySegment(ALL, c, ORDER);
    c01.intoMemorySegment(ALL, c + W, ORDER);
    c10.intoMemorySegment(ALL, c + ldc, ORDER);
    c11.intoMemorySegment(ALL, c + ldc + W, ORDER);
    c20.intoMemorySegment(ALL, c + 2 * ldc, ORDER);
    c21.intoMemorySegment(ALL, c + 2 * ldc + W, ORDER);
    c30.intoMemorySegment(ALL, c + 3 * ldc, ORDER);
    c31.intoMemorySegment(ALL, c + 3 * ldc + W, ORDER);
    c40.intoMemorySegment(ALL, c + 4 * ldc, ORDER);
    c41.intoMemorySegment(ALL, c + 4 * ldc + W, ORDER);
  }

  /// See [GemmTile#narrow].
  static void narrow(long c, long ldc, float[] a, int at, float[] b, int bt, int k) {
    FloatVector o = zero(F), c0 = o, c1 = o, c2 = o, c3 = o, c4 = o;
    int mask = mask(k);
    for (int p = 0; p < k; p++) {
      int ap = at + (ROWS == 12 ? (p >> 4) * SLAB + (p & 15) : p & mask);
      FloatVector v = fromArray(F, b, bt + 2 * V * p);
      c0 = broadcast(F, a[ap]).fma(v, c0);
      c1 = broadcast(F, a[ap + DISTANCE]).fma(v, c1);
      c2 = broadcast(F, a[ap + 2 * DISTANCE]).fma(v, c2);
      c3 = broadcast(F, a[ap + 3 * DISTANCE]).fma(v, c3);
      c4 = broadcast(F, a[ap + 4 * DISTANCE]).fma(v, c4);
    }
    c0.intoMemorySegment(ALL, c, ORDER);
    c1.intoMemorySegment(ALL, c + ldc, ORDER);
    c2.intoMemorySegment(ALL, c + 2 * ldc, ORDER);
    c3.intoMemorySegment(ALL, c + 3 * ldc, ORDER);
    c4.intoMemorySegment(ALL, c + 4 * ldc, ORDER);
  }
}
