package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.LDA;
import static dev.d2v.tensor.kernel.vector.GemmTile.W;
import static dev.d2v.tensor.kernel.vector.GemmTile.load;
import static dev.d2v.tensor.kernel.vector.GemmTile.splat;
import static dev.d2v.tensor.kernel.vector.GemmTile.write2;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/// Micro-kernels for a machine with 16 vector registers: 12 of them hold the sums. See
/// [GemmTile32].
final class GemmTile16 {
  private GemmTile16() {}

  /// 6 rows by 2 vectors of [GemmTile#rows].
  static void rows6x2(
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
    FloatVector c00 = z, c01 = z, c10 = z, c11 = z;
    FloatVector c20 = z, c21 = z, c30 = z, c31 = z;
    FloatVector c40 = z, c41 = z, c50 = z, c51 = z;
    for (int p = 0; p < k; p++) {
      long ap = aAt + 4L * p;
      long bp = bAt + 2 * W * p;
      FloatVector b0 = load(b, bp);
      FloatVector b1 = load(b, bp + W);
      FloatVector a0 = splat(a, ap);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      FloatVector a1 = splat(a, ap + LDA);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      FloatVector a2 = splat(a, ap + 2 * LDA);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      FloatVector a3 = splat(a, ap + 3 * LDA);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      FloatVector a4 = splat(a, ap + 4 * LDA);
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      FloatVector a5 = splat(a, ap + 5 * LDA);
      c50 = a5.fma(b0, c50);
      c51 = a5.fma(b1, c51);
    }
    write2(c, at, d, b, biasAt, c00, c01);
    write2(c, at + ldc, d, b, biasAt, c10, c11);
    write2(c, at + 2 * ldc, d, b, biasAt, c20, c21);
    write2(c, at + 3 * ldc, d, b, biasAt, c30, c31);
    write2(c, at + 4 * ldc, d, b, biasAt, c40, c41);
    write2(c, at + 5 * ldc, d, b, biasAt, c50, c51);
  }

  /// 6 rows by 2 vectors of [GemmTile#columns].
  static void columns6x2(
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
    FloatVector c00 = z, c01 = z, c10 = z, c11 = z;
    FloatVector c20 = z, c21 = z, c30 = z, c31 = z;
    FloatVector c40 = z, c41 = z, c50 = z, c51 = z;
    for (int p = 0; p < k; p++) {
      long ap = aAt + 6 * 4L * p;
      long bp = bAt + ldb * p;
      FloatVector b0 = load(b, bp);
      FloatVector b1 = load(b, bp + W);
      FloatVector a0 = splat(a, ap);
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      FloatVector a1 = splat(a, ap + 4L);
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      FloatVector a2 = splat(a, ap + 8);
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      FloatVector a3 = splat(a, ap + 12);
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      FloatVector a4 = splat(a, ap + 16);
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      FloatVector a5 = splat(a, ap + 20);
      c50 = a5.fma(b0, c50);
      c51 = a5.fma(b1, c51);
    }
    write2(c, at, d, c00, c01);
    write2(c, at + ldc, d, c10, c11);
    write2(c, at + 2 * ldc, d, c20, c21);
    write2(c, at + 3 * ldc, d, c30, c31);
    write2(c, at + 4 * ldc, d, c40, c41);
    write2(c, at + 5 * ldc, d, c50, c51);
  }
}
