package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.Floats.W;
import static dev.d2v.tensor.kernel.vector.Lanes.F;
import static dev.d2v.tensor.kernel.vector.Lanes.ORDER;
import static dev.d2v.tensor.kernel.vector.Native.ALL;
import static dev.d2v.tensor.kernel.vector.Native.known;
import static dev.d2v.tensor.kernel.vector.Native.offset;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;

/// Sums over rows, column by column, by address: four rows at a time, so that a sum is read and
/// written once for four that are added. Addresses of rows follow from an index or a stride; a row
/// that is missing is one that adds nothing. Loops call the Vector API's own methods: in rows of a
/// few vectors they are not hot enough for others to be inlined.
final class Columns {
  private Columns() {}

  /// `y += a + b + c + d` for n floats.
  static void add(long y, long a, long b, long c, long d, int n) {
    int i = 0;
    for (; i <= n - W; i += W) {
      long at = offset(i);
      FloatVector low =
          fromMemorySegment(F, ALL, known(a) + at, ORDER)
              .add(fromMemorySegment(F, ALL, known(b) + at, ORDER));
      FloatVector high =
          fromMemorySegment(F, ALL, known(c) + at, ORDER)
              .add(fromMemorySegment(F, ALL, known(d) + at, ORDER));
      fromMemorySegment(F, ALL, known(y) + at, ORDER)
          .add(low.add(high))
          .intoMemorySegment(ALL, known(y) + at, ORDER);
    }
    for (; i < n; i++) {
      long at = offset(i);
      float low = Native.get(known(a) + at) + Native.get(known(b) + at);
      float high = Native.get(known(c) + at) + Native.get(known(d) + at);
      Native.set(known(y) + at, Native.get(known(y) + at) + (low + high));
    }
  }

  /// `y += (a - m)^2 + (b - m)^2 + (c - m)^2 + (d - m)^2` for n floats; a row of means adds
  /// nothing.
  static void addSquares(long y, long m, long a, long b, long c, long d, int n) {
    int i = 0;
    for (; i <= n - W; i += W) {
      long at = offset(i);
      FloatVector mean = fromMemorySegment(F, ALL, known(m) + at, ORDER);
      FloatVector da = fromMemorySegment(F, ALL, known(a) + at, ORDER).sub(mean);
      FloatVector db = fromMemorySegment(F, ALL, known(b) + at, ORDER).sub(mean);
      FloatVector dc = fromMemorySegment(F, ALL, known(c) + at, ORDER).sub(mean);
      FloatVector dd = fromMemorySegment(F, ALL, known(d) + at, ORDER).sub(mean);
      FloatVector low = da.fma(da, fromMemorySegment(F, ALL, known(y) + at, ORDER));
      db.fma(db, low).add(dc.fma(dc, dd.mul(dd))).intoMemorySegment(ALL, known(y) + at, ORDER);
    }
    for (; i < n; i++) {
      long at = offset(i);
      float mean = Native.get(known(m) + at);
      float da = Native.get(known(a) + at) - mean;
      float db = Native.get(known(b) + at) - mean;
      float dc = Native.get(known(c) + at) - mean;
      float dd = Native.get(known(d) + at) - mean;
      float low = Math.fma(da, da, Native.get(known(y) + at));
      Native.set(known(y) + at, Math.fma(db, db, low) + Math.fma(dc, dc, dd * dd));
    }
  }

  /// `y = (x - mean) * rstd` for n floats with a mean and an rstd each.
  static void normalise(long y, long x, long means, long rstds, int n) {
    int i = 0;
    for (; i <= n - W; i += W) {
      long at = offset(i);
      FloatVector d =
          fromMemorySegment(F, ALL, known(x) + at, ORDER)
              .sub(fromMemorySegment(F, ALL, known(means) + at, ORDER));
      d.mul(fromMemorySegment(F, ALL, known(rstds) + at, ORDER))
          .intoMemorySegment(ALL, known(y) + at, ORDER);
    }
    for (; i < n; i++) {
      long at = offset(i);
      Native.set(
          known(y) + at,
          (Native.get(known(x) + at) - Native.get(known(means) + at))
              * Native.get(known(rstds) + at));
    }
  }
}
