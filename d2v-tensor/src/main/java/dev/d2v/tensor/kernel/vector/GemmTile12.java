package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.HIGH;
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

/// The micro-kernels for a machine with 32 vector registers: 24 of them hold the sums, of 12 rows
/// by 2 vectors; 14 loads for 24 products.
///
/// The loop is straight-line code over locals, the only form that the compiler keeps in registers.
/// Operands are arrays for a reason: reads of segments bring so much code along that the first
/// compiler gives up ("out of virtual registers"), and a method that it has given up can stay in an
/// earlier, slow form for good. With stores alone it does not.
///
/// How the place of an element of a is written matters too: with a constant distance between rows
/// the compiler proves all twelve to be inside the array, loads them at once and keeps sums on the
/// stack. In slabs it checks each element where it is read, which is nearly free, and keeps the
/// order.
@SuppressWarnings("AssignmentExpression") // one line a product keeps a kernel on one screen
final class GemmTile12 {
  private GemmTile12() {}

  /// See [GemmTile#rows].
  static void rows(
      long c, long ldc, float[] z, int zt, float[] a, int at, float[] b, int bt, int k) {
    FloatVector o = zero(F), v;
    FloatVector c00 = o, c01 = o, c10 = o, c11 = o, c20 = o, c21 = o;
    FloatVector c30 = o, c31 = o, c40 = o, c41 = o, c50 = o, c51 = o;
    FloatVector c60 = o, c61 = o, c70 = o, c71 = o, c80 = o, c81 = o;
    FloatVector c90 = o, c91 = o, ca0 = o, ca1 = o, cb0 = o, cb1 = o;
    for (int p = 0; p < k; p++) {
      int ap = at + (p >> 4) * SLAB + (p & 15), bp = bt + 2 * V * p;
      FloatVector b0 = fromArray(F, b, bp), b1 = fromArray(F, b, bp + V);
      c00 = (v = broadcast(F, a[ap])).fma(b0, c00);
      c01 = v.fma(b1, c01);
      c10 = (v = broadcast(F, a[ap + 16])).fma(b0, c10);
      c11 = v.fma(b1, c11);
      c20 = (v = broadcast(F, a[ap + 32])).fma(b0, c20);
      c21 = v.fma(b1, c21);
      c30 = (v = broadcast(F, a[ap + 48])).fma(b0, c30);
      c31 = v.fma(b1, c31);
      c40 = (v = broadcast(F, a[ap + 64])).fma(b0, c40);
      c41 = v.fma(b1, c41);
      c50 = (v = broadcast(F, a[ap + 80])).fma(b0, c50);
      c51 = v.fma(b1, c51);
      c60 = (v = broadcast(F, a[ap + 96])).fma(b0, c60);
      c61 = v.fma(b1, c61);
      c70 = (v = broadcast(F, a[ap + 112])).fma(b0, c70);
      c71 = v.fma(b1, c71);
      c80 = (v = broadcast(F, a[ap + 128])).fma(b0, c80);
      c81 = v.fma(b1, c81);
      c90 = (v = broadcast(F, a[ap + 144])).fma(b0, c90);
      c91 = v.fma(b1, c91);
      ca0 = (v = broadcast(F, a[ap + 160])).fma(b0, ca0);
      ca1 = v.fma(b1, ca1);
      cb0 = (v = broadcast(F, a[ap + 176])).fma(b0, cb0);
      cb1 = v.fma(b1, cb1);
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
    c50.add(z0).intoMemorySegment(ALL, c + 5 * ldc, ORDER);
    c51.add(z1).intoMemorySegment(ALL, c + 5 * ldc + W, ORDER);
    c60.add(z0).intoMemorySegment(ALL, c + 6 * ldc, ORDER);
    c61.add(z1).intoMemorySegment(ALL, c + 6 * ldc + W, ORDER);
    c70.add(z0).intoMemorySegment(ALL, c + 7 * ldc, ORDER);
    c71.add(z1).intoMemorySegment(ALL, c + 7 * ldc + W, ORDER);
    c80.add(z0).intoMemorySegment(ALL, c + 8 * ldc, ORDER);
    c81.add(z1).intoMemorySegment(ALL, c + 8 * ldc + W, ORDER);
    c90.add(z0).intoMemorySegment(ALL, c + 9 * ldc, ORDER);
    c91.add(z1).intoMemorySegment(ALL, c + 9 * ldc + W, ORDER);
    ca0.add(z0).intoMemorySegment(ALL, c + 10 * ldc, ORDER);
    ca1.add(z1).intoMemorySegment(ALL, c + 10 * ldc + W, ORDER);
    cb0.add(z0).intoMemorySegment(ALL, c + 11 * ldc, ORDER);
    cb1.add(z1).intoMemorySegment(ALL, c + 11 * ldc + W, ORDER);
  }

  /// See [GemmTile#columns].
  static void columns(long c, long ldc, float[] a, int at, float[] b, int bt, int k) {
    FloatVector o = zero(F), v;
    FloatVector c00 = o, c01 = o, c10 = o, c11 = o, c20 = o, c21 = o;
    FloatVector c30 = o, c31 = o, c40 = o, c41 = o, c50 = o, c51 = o;
    FloatVector c60 = o, c61 = o, c70 = o, c71 = o, c80 = o, c81 = o;
    FloatVector c90 = o, c91 = o, ca0 = o, ca1 = o, cb0 = o, cb1 = o;
    for (int p = 0; p < k; p++) {
      int ap = at + HIGH * p, bp = bt + 2 * V * p;
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
      c50 = (v = broadcast(F, a[ap + 5])).fma(b0, c50);
      c51 = v.fma(b1, c51);
      c60 = (v = broadcast(F, a[ap + 6])).fma(b0, c60);
      c61 = v.fma(b1, c61);
      c70 = (v = broadcast(F, a[ap + 7])).fma(b0, c70);
      c71 = v.fma(b1, c71);
      c80 = (v = broadcast(F, a[ap + 8])).fma(b0, c80);
      c81 = v.fma(b1, c81);
      c90 = (v = broadcast(F, a[ap + 9])).fma(b0, c90);
      c91 = v.fma(b1, c91);
      ca0 = (v = broadcast(F, a[ap + 10])).fma(b0, ca0);
      ca1 = v.fma(b1, ca1);
      cb0 = (v = broadcast(F, a[ap + 11])).fma(b0, cb0);
      cb1 = v.fma(b1, cb1);
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
    c50.intoMemorySegment(ALL, c + 5 * ldc, ORDER);
    c51.intoMemorySegment(ALL, c + 5 * ldc + W, ORDER);
    c60.intoMemorySegment(ALL, c + 6 * ldc, ORDER);
    c61.intoMemorySegment(ALL, c + 6 * ldc + W, ORDER);
    c70.intoMemorySegment(ALL, c + 7 * ldc, ORDER);
    c71.intoMemorySegment(ALL, c + 7 * ldc + W, ORDER);
    c80.intoMemorySegment(ALL, c + 8 * ldc, ORDER);
    c81.intoMemorySegment(ALL, c + 8 * ldc + W, ORDER);
    c90.intoMemorySegment(ALL, c + 9 * ldc, ORDER);
    c91.intoMemorySegment(ALL, c + 9 * ldc + W, ORDER);
    ca0.intoMemorySegment(ALL, c + 10 * ldc, ORDER);
    ca1.intoMemorySegment(ALL, c + 10 * ldc + W, ORDER);
    cb0.intoMemorySegment(ALL, c + 11 * ldc, ORDER);
    cb1.intoMemorySegment(ALL, c + 11 * ldc + W, ORDER);
  }

  /// See [GemmTile#narrow].
  static void narrow(long c, long ldc, float[] a, int at, float[] b, int bt, int k) {
    FloatVector o = zero(F), c0 = o, c1 = o, c2 = o, c3 = o, c4 = o, c5 = o;
    FloatVector c6 = o, c7 = o, c8 = o, c9 = o, ca = o, cb = o;
    for (int p = 0; p < k; p++) {
      int ap = at + (p >> 4) * SLAB + (p & 15);
      FloatVector v = fromArray(F, b, bt + 2 * V * p);
      c0 = broadcast(F, a[ap]).fma(v, c0);
      c1 = broadcast(F, a[ap + 16]).fma(v, c1);
      c2 = broadcast(F, a[ap + 32]).fma(v, c2);
      c3 = broadcast(F, a[ap + 48]).fma(v, c3);
      c4 = broadcast(F, a[ap + 64]).fma(v, c4);
      c5 = broadcast(F, a[ap + 80]).fma(v, c5);
      c6 = broadcast(F, a[ap + 96]).fma(v, c6);
      c7 = broadcast(F, a[ap + 112]).fma(v, c7);
      c8 = broadcast(F, a[ap + 128]).fma(v, c8);
      c9 = broadcast(F, a[ap + 144]).fma(v, c9);
      ca = broadcast(F, a[ap + 160]).fma(v, ca);
      cb = broadcast(F, a[ap + 176]).fma(v, cb);
    }
    c0.intoMemorySegment(ALL, c, ORDER);
    c1.intoMemorySegment(ALL, c + ldc, ORDER);
    c2.intoMemorySegment(ALL, c + 2 * ldc, ORDER);
    c3.intoMemorySegment(ALL, c + 3 * ldc, ORDER);
    c4.intoMemorySegment(ALL, c + 4 * ldc, ORDER);
    c5.intoMemorySegment(ALL, c + 5 * ldc, ORDER);
    c6.intoMemorySegment(ALL, c + 6 * ldc, ORDER);
    c7.intoMemorySegment(ALL, c + 7 * ldc, ORDER);
    c8.intoMemorySegment(ALL, c + 8 * ldc, ORDER);
    c9.intoMemorySegment(ALL, c + 9 * ldc, ORDER);
    ca.intoMemorySegment(ALL, c + 10 * ldc, ORDER);
    cb.intoMemorySegment(ALL, c + 11 * ldc, ORDER);
  }
}
