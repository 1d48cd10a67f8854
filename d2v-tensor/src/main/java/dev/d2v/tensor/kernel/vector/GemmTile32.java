package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.LDA;
import static dev.d2v.tensor.kernel.vector.GemmTile.W;
import static dev.d2v.tensor.kernel.vector.GemmTile.load;
import static dev.d2v.tensor.kernel.vector.GemmTile.splat;
import static dev.d2v.tensor.kernel.vector.GemmTile.write2x1;
import static dev.d2v.tensor.kernel.vector.GemmTile.write4;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/// Micro-kernels for a machine with 32 vector registers: 24 of them hold the sums. The loop is
/// straight-line code over locals, which is the only form that the compiler keeps in registers, and
/// every address is one base plus a constant: one range check and one pointer serve all rows.
final class GemmTile32 {
  private GemmTile32() {}

  /// 6 rows by 4 vectors of [GemmTile#rows]: ten loads for 24 products.
  static void rows6x4(
      MemorySegment c,
      long at,
      long ldc,
      @Nullable MemorySegment d,
      MemorySegment a,
      long aAt,
      MemorySegment b,
      long bAt,
      long biasAt,
      int k) {
    FloatVector z = FloatVector.zero(Lanes.F);
    FloatVector c00 = z, c01 = z, c02 = z, c03 = z, c10 = z, c11 = z, c12 = z, c13 = z;
    FloatVector c20 = z, c21 = z, c22 = z, c23 = z, c30 = z, c31 = z, c32 = z, c33 = z;
    FloatVector c40 = z, c41 = z, c42 = z, c43 = z, c50 = z, c51 = z, c52 = z, c53 = z;
    for (int p = 0; p < k; p++) {
      long ap = aAt + 4L * p;
      long bp = bAt + 4 * W * p;
      FloatVector b0 = load(b, bp);
      FloatVector b1 = load(b, bp + W);
      FloatVector b2 = load(b, bp + 2 * W);
      FloatVector b3 = load(b, bp + 3 * W);
      FloatVector a0 = splat(a, ap);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      c02 = a0.fma(b2, c02);
      c03 = a0.fma(b3, c03);
      FloatVector a1 = splat(a, ap + LDA);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      c12 = a1.fma(b2, c12);
      c13 = a1.fma(b3, c13);
      FloatVector a2 = splat(a, ap + 2 * LDA);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      c22 = a2.fma(b2, c22);
      c23 = a2.fma(b3, c23);
      FloatVector a3 = splat(a, ap + 3 * LDA);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      c32 = a3.fma(b2, c32);
      c33 = a3.fma(b3, c33);
      FloatVector a4 = splat(a, ap + 4 * LDA);
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      c42 = a4.fma(b2, c42);
      c43 = a4.fma(b3, c43);
      FloatVector a5 = splat(a, ap + 5 * LDA);
      c50 = a5.fma(b0, c50);
      c51 = a5.fma(b1, c51);
      c52 = a5.fma(b2, c52);
      c53 = a5.fma(b3, c53);
    }
    write4(c, at, d, b, biasAt, c00, c01, c02, c03);
    write4(c, at + ldc, d, b, biasAt, c10, c11, c12, c13);
    write4(c, at + 2 * ldc, d, b, biasAt, c20, c21, c22, c23);
    write4(c, at + 3 * ldc, d, b, biasAt, c30, c31, c32, c33);
    write4(c, at + 4 * ldc, d, b, biasAt, c40, c41, c42, c43);
    write4(c, at + 5 * ldc, d, b, biasAt, c50, c51, c52, c53);
  }

  /// 24 rows by one vector, for narrow results such as one group of a convolution.
  static void rows24x1(
      MemorySegment c,
      long at,
      long ldc,
      @Nullable MemorySegment d,
      MemorySegment a,
      long aAt,
      MemorySegment b,
      long bAt,
      long biasAt,
      int k) {
    FloatVector z = FloatVector.zero(Lanes.F);
    FloatVector c00 = z, c01 = z, c02 = z, c03 = z, c04 = z, c05 = z, c06 = z, c07 = z;
    FloatVector c08 = z, c09 = z, c10 = z, c11 = z, c12 = z, c13 = z, c14 = z, c15 = z;
    FloatVector c16 = z, c17 = z, c18 = z, c19 = z, c20 = z, c21 = z, c22 = z, c23 = z;
    for (int p = 0; p < k; p++) {
      long ap = aAt + 4L * p;
      long bp = bAt + 1 * W * p;
      FloatVector b0 = load(b, bp);
      c00 = splat(a, ap).fma(b0, c00);
      c01 = splat(a, ap + LDA).fma(b0, c01);
      c02 = splat(a, ap + 2 * LDA).fma(b0, c02);
      c03 = splat(a, ap + 3 * LDA).fma(b0, c03);
      c04 = splat(a, ap + 4 * LDA).fma(b0, c04);
      c05 = splat(a, ap + 5 * LDA).fma(b0, c05);
      c06 = splat(a, ap + 6 * LDA).fma(b0, c06);
      c07 = splat(a, ap + 7 * LDA).fma(b0, c07);
      c08 = splat(a, ap + 8 * LDA).fma(b0, c08);
      c09 = splat(a, ap + 9 * LDA).fma(b0, c09);
      c10 = splat(a, ap + 10 * LDA).fma(b0, c10);
      c11 = splat(a, ap + 11 * LDA).fma(b0, c11);
      c12 = splat(a, ap + 12 * LDA).fma(b0, c12);
      c13 = splat(a, ap + 13 * LDA).fma(b0, c13);
      c14 = splat(a, ap + 14 * LDA).fma(b0, c14);
      c15 = splat(a, ap + 15 * LDA).fma(b0, c15);
      c16 = splat(a, ap + 16 * LDA).fma(b0, c16);
      c17 = splat(a, ap + 17 * LDA).fma(b0, c17);
      c18 = splat(a, ap + 18 * LDA).fma(b0, c18);
      c19 = splat(a, ap + 19 * LDA).fma(b0, c19);
      c20 = splat(a, ap + 20 * LDA).fma(b0, c20);
      c21 = splat(a, ap + 21 * LDA).fma(b0, c21);
      c22 = splat(a, ap + 22 * LDA).fma(b0, c22);
      c23 = splat(a, ap + 23 * LDA).fma(b0, c23);
    }
    write2x1(c, at, ldc, d, b, biasAt, c00, c01);
    write2x1(c, at + 2 * ldc, ldc, d, b, biasAt, c02, c03);
    write2x1(c, at + 4 * ldc, ldc, d, b, biasAt, c04, c05);
    write2x1(c, at + 6 * ldc, ldc, d, b, biasAt, c06, c07);
    write2x1(c, at + 8 * ldc, ldc, d, b, biasAt, c08, c09);
    write2x1(c, at + 10 * ldc, ldc, d, b, biasAt, c10, c11);
    write2x1(c, at + 12 * ldc, ldc, d, b, biasAt, c12, c13);
    write2x1(c, at + 14 * ldc, ldc, d, b, biasAt, c14, c15);
    write2x1(c, at + 16 * ldc, ldc, d, b, biasAt, c16, c17);
    write2x1(c, at + 18 * ldc, ldc, d, b, biasAt, c18, c19);
    write2x1(c, at + 20 * ldc, ldc, d, b, biasAt, c20, c21);
    write2x1(c, at + 22 * ldc, ldc, d, b, biasAt, c22, c23);
  }

  /// 6 rows by 4 vectors of [GemmTile#columns].
  static void columns6x4(
      MemorySegment c,
      long at,
      long ldc,
      @Nullable MemorySegment d,
      MemorySegment a,
      long aAt,
      MemorySegment b,
      long bAt,
      long ldb,
      int k) {
    FloatVector z = FloatVector.zero(Lanes.F);
    FloatVector c00 = z, c01 = z, c02 = z, c03 = z, c10 = z, c11 = z, c12 = z, c13 = z;
    FloatVector c20 = z, c21 = z, c22 = z, c23 = z, c30 = z, c31 = z, c32 = z, c33 = z;
    FloatVector c40 = z, c41 = z, c42 = z, c43 = z, c50 = z, c51 = z, c52 = z, c53 = z;
    for (int p = 0; p < k; p++) {
      long ap = aAt + 6 * 4L * p;
      long bp = bAt + ldb * p;
      FloatVector b0 = load(b, bp);
      FloatVector b1 = load(b, bp + W);
      FloatVector b2 = load(b, bp + 2 * W);
      FloatVector b3 = load(b, bp + 3 * W);
      FloatVector a0 = splat(a, ap);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      c02 = a0.fma(b2, c02);
      c03 = a0.fma(b3, c03);
      FloatVector a1 = splat(a, ap + 4L);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      c12 = a1.fma(b2, c12);
      c13 = a1.fma(b3, c13);
      FloatVector a2 = splat(a, ap + 8);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      c22 = a2.fma(b2, c22);
      c23 = a2.fma(b3, c23);
      FloatVector a3 = splat(a, ap + 12);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      c32 = a3.fma(b2, c32);
      c33 = a3.fma(b3, c33);
      FloatVector a4 = splat(a, ap + 16);
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      c42 = a4.fma(b2, c42);
      c43 = a4.fma(b3, c43);
      FloatVector a5 = splat(a, ap + 20);
      c50 = a5.fma(b0, c50);
      c51 = a5.fma(b1, c51);
      c52 = a5.fma(b2, c52);
      c53 = a5.fma(b3, c53);
    }
    write4(c, at, d, c00, c01, c02, c03);
    write4(c, at + ldc, d, c10, c11, c12, c13);
    write4(c, at + 2 * ldc, d, c20, c21, c22, c23);
    write4(c, at + 3 * ldc, d, c30, c31, c32, c33);
    write4(c, at + 4 * ldc, d, c40, c41, c42, c43);
    write4(c, at + 5 * ldc, d, c50, c51, c52, c53);
  }
}
