package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.Floats.BYTES;
import static dev.d2v.tensor.kernel.vector.Lanes.F;
import static dev.d2v.tensor.kernel.vector.Lanes.ORDER;
import static dev.d2v.tensor.kernel.vector.Native.ALL;
import static dev.d2v.tensor.kernel.vector.Native.known;
import static dev.d2v.tensor.kernel.vector.Native.offset;
import static dev.d2v.tensor.kernel.vector.NormRows.to;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.FloatVector.zero;

import jdk.incubator.vector.FloatVector;

/// The loops of a layer norm's backward over the n rows of a block, as those in [NormRows]: first
/// the sums of `g = gamma * dy` and `g * xhat` of each row, then dx.
final class NormGradients {
  private static final int V = F.length();
  private static final long MORE = NormPasses.MORE_LANES - NormPasses.LANES;

  private NormGradients() {}

  /// For each row vectors of sums of g and, behind those of all rows, of `g * xhat`; adds `dy *
  /// xhat` to the C floats at `sums` and dy to the C floats behind them. `zeros` are C of them: the
  /// gradient of a row that is missing in a pair.
  static void dots(
      long lanes,
      long sums,
      long dy,
      long x,
      long row,
      int n,
      int C,
      long means,
      long rstds,
      long gamma,
      long zeros) {
    long forGamma = known(sums), forBeta = known(sums + 4L * C);
    for (int r = 0; r < n; r += 2) {
      int last = n - 1 - r;
      long lane = known(lanes) + offset(V * r);
      long x0 = known(x + r * row), x1 = x0 + to(1, last, row);
      long y0 = known(dy + r * row), y1 = known(last < 1 ? zeros : y0 + row);
      long m = known(means) + offset(r), s = known(rstds) + offset(r), next = to(1, last, 4);
      FloatVector m0 = broadcast(F, Native.get(m)), m1 = broadcast(F, Native.get(m + next));
      FloatVector s0 = broadcast(F, Native.get(s)), s1 = broadcast(F, Native.get(s + next));
      FloatVector g0 = zero(F), g1 = g0, h0 = g0, h1 = g0;
      for (int c = 0; c <= C - V; c += V) {
        long at = offset(c);
        FloatVector g = fromMemorySegment(F, ALL, known(gamma) + at, ORDER);
        FloatVector d0 = fromMemorySegment(F, ALL, y0 + at, ORDER);
        FloatVector d1 = fromMemorySegment(F, ALL, y1 + at, ORDER);
        FloatVector p0 = fromMemorySegment(F, ALL, x0 + at, ORDER).sub(m0).mul(s0).mul(d0);
        FloatVector p1 = fromMemorySegment(F, ALL, x1 + at, ORDER).sub(m1).mul(s1).mul(d1);
        g0 = d0.fma(g, g0);
        g1 = d1.fma(g, g1);
        h0 = p0.fma(g, h0);
        h1 = p1.fma(g, h1);
        fromMemorySegment(F, ALL, forGamma + at, ORDER)
            .add(p0.add(p1))
            .intoMemorySegment(ALL, forGamma + at, ORDER);
        fromMemorySegment(F, ALL, forBeta + at, ORDER)
            .add(d0.add(d1))
            .intoMemorySegment(ALL, forBeta + at, ORDER);
      }
      g0.intoMemorySegment(ALL, lane, ORDER);
      g1.intoMemorySegment(ALL, lane + BYTES, ORDER);
      h0.intoMemorySegment(ALL, lane + MORE, ORDER);
      h1.intoMemorySegment(ALL, lane + MORE + BYTES, ORDER);
    }
    dotsBehind(lanes, sums, dy, x, row, n, C, means, rstds, gamma);
  }

  /// The same for the channels behind the last whole vector.
  private static void dotsBehind(
      long lanes,
      long sums,
      long dy,
      long x,
      long row,
      int n,
      int C,
      long means,
      long rstds,
      long gamma) {
    for (int r = 0; r < n; r++) {
      float m = Native.get(means + 4L * r);
      float s = Native.get(rstds + 4L * r);
      for (int c = C / V * V; c < C; c++) {
        float d = Native.get(dy + r * row + 4L * c);
        float p = (Native.get(x + r * row + 4L * c) - m) * s * d;
        float g = Native.get(gamma + 4L * c);
        NormRows.add(lanes + BYTES * r, c, d * g);
        NormRows.add(lanes + MORE + BYTES * r, c, p * g);
        long forGamma = sums + 4L * c;
        long forBeta = forGamma + 4L * C;
        Native.set(forGamma, Native.get(forGamma) + p);
        Native.set(forBeta, Native.get(forBeta) + d);
      }
    }
  }

  /// `dx = rstd * (gamma * dy - meanG - xhat * meanGx) + addend`, written as `rstd * (gamma * dy -
  /// meanG) + slope * (x - mean) + addend`. Rows of the addend are `addendRow` bytes apart.
  static void apply(
      long dx,
      long dy,
      long x,
      long addend,
      long addendRow,
      long row,
      int n,
      int C,
      long means,
      long rstds,
      long gamma,
      long meansG,
      long meansGx) {
    for (int r = 0; r < n; r++) {
      float mean = Native.get(known(means) + offset(r));
      float rstd = Native.get(known(rstds) + offset(r));
      float meanG = Native.get(known(meansG) + offset(r));
      float slope = -rstd * rstd * Native.get(known(meansGx) + offset(r));
      FloatVector m = broadcast(F, mean), s = broadcast(F, rstd);
      FloatVector a = broadcast(F, slope), b = broadcast(F, -meanG);
      long from = known(x + r * row), gradient = known(dy + r * row), to = known(dx + r * row);
      long rest = known(addend + r * addendRow);
      int c = 0;
      for (; c <= C - V; c += V) {
        long at = offset(c);
        FloatVector d = fromMemorySegment(F, ALL, from + at, ORDER).sub(m);
        FloatVector g =
            fromMemorySegment(F, ALL, gradient + at, ORDER)
                .fma(fromMemorySegment(F, ALL, known(gamma) + at, ORDER), b);
        FloatVector y = d.fma(a, g.mul(s));
        y.add(fromMemorySegment(F, ALL, rest + at, ORDER)).intoMemorySegment(ALL, to + at, ORDER);
      }
      for (; c < C; c++) {
        long at = offset(c);
        float d = Native.get(from + at) - mean;
        float g = Math.fma(Native.get(gradient + at), Native.get(gamma + at), -meanG);
        float y = Math.fma(d, slope, g * rstd);
        Native.set(to + at, y + Native.get(rest + at));
      }
    }
  }
}
