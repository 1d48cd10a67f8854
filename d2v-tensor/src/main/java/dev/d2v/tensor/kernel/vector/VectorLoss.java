package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.Floats.W;
import static dev.d2v.tensor.kernel.vector.Floats.get;
import static dev.d2v.tensor.kernel.vector.Floats.load;
import static dev.d2v.tensor.kernel.vector.Floats.set;
import static dev.d2v.tensor.kernel.vector.Floats.splat;
import static dev.d2v.tensor.kernel.vector.Floats.store;

import dev.d2v.tensor.Checks;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.LossKernels;
import dev.d2v.tensor.parallel.Parts;
import dev.d2v.tensor.parallel.RowParallel;
import dev.d2v.tensor.parallel.Scratch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/// Regression losses and spread: sums over a row in F32, over rows in double.
public final class VectorLoss implements LossKernels {
  /// Most parts whose sums are kept apart.
  private static final int PARTIAL_SUMS = 64;

  private final RowParallel parallel;
  private final Scratch scratch;

  /// Over these threads, with this working memory.
  public VectorLoss(RowParallel parallel, Scratch scratch) {
    this.parallel = parallel;
    this.scratch = scratch;
  }

  @Override
  public void regression(
      Tensor loss,
      Tensor dpred,
      Tensor pred,
      Tensor target,
      Tensor targetRow,
      float beta,
      float scale,
      int rows,
      int C) {
    Checks.floats("regression", 1, "loss", loss);
    Checks.floats("regression", (long) rows * C, "dpred pred", dpred, pred);
    Checks.ints(targetRow, rows, "regression", "targetRow");
    Parts parts = Parts.rows(rows, C).atMost(PARTIAL_SUMS);
    double[] sums = new double[parts.count()];
    long bytes = 4L * C;
    parallel.run(
        parts.count(),
        (part, thread) -> {
          double sum = 0;
          for (long r = parts.from(part); r < parts.to(part); r++) {
            long row = index(targetRow.data(), r);
            if (row < 0) {
              Floats.zero(dpred.data(), r * bytes, C);
            } else if (beta == 0) {
              sum +=
                  squares(
                      dpred.data(), pred.data(), r * bytes, target.data(), row * bytes, scale, C);
            } else {
              sum +=
                  smooth(
                      dpred.data(),
                      pred.data(),
                      r * bytes,
                      target.data(),
                      row * bytes,
                      beta,
                      scale,
                      C);
            }
          }
          sums[part] = sum;
        });
    double sum = 0;
    for (double part : sums) {
      sum += part;
    }
    set(loss.data(), 0, (float) (scale * sum));
  }

  /// `sum e^2` of a row; `dpred = 2 scale e`.
  private static float squares(
      MemorySegment dpred,
      MemorySegment pred,
      long at,
      MemorySegment target,
      long targetAt,
      float scale,
      int C) {
    FloatVector sums = splat(0);
    int c = 0;
    for (; c <= C - W; c += W) {
      FloatVector e = load(pred, at + 4L * c).sub(load(target, targetAt + 4L * c));
      sums = e.fma(e, sums);
      store(e.mul(2 * scale), dpred, at + 4L * c);
    }
    float sum = VectorMath.sum(sums);
    for (; c < C; c++) {
      float e = get(pred, at + 4L * c) - get(target, targetAt + 4L * c);
      sum = Math.fma(e, e, sum);
      set(dpred, at + 4L * c, 2 * scale * e);
    }
    return sum;
  }

  /// `sum l(e)` of a row, smooth-L1; `dpred = scale l'(e)`.
  private static float smooth(
      MemorySegment dpred,
      MemorySegment pred,
      long at,
      MemorySegment target,
      long targetAt,
      float beta,
      float scale,
      int C) {
    FloatVector sums = splat(0);
    FloatVector half = splat(0.5f / beta);
    int c = 0;
    for (; c <= C - W; c += W) {
      FloatVector e = load(pred, at + 4L * c).sub(load(target, targetAt + 4L * c));
      FloatVector magnitude = e.abs();
      VectorMask<Float> near = magnitude.compare(VectorOperators.LT, beta);
      sums = sums.add(magnitude.sub(beta / 2).blend(e.mul(e).mul(half), near));
      FloatVector slope = splat(1).blend(-1f, e.compare(VectorOperators.LT, 0f));
      store(slope.blend(e.div(beta), near).mul(scale), dpred, at + 4L * c);
    }
    float sum = VectorMath.sum(sums);
    for (; c < C; c++) {
      float e = get(pred, at + 4L * c) - get(target, targetAt + 4L * c);
      boolean near = Math.abs(e) < beta;
      sum += near ? e * e * (0.5f / beta) : Math.abs(e) - beta / 2;
      set(dpred, at + 4L * c, (near ? e / beta : Math.signum(e)) * scale);
    }
    return sum;
  }

  @Override
  public void spread(Tensor out, Tensor x, Tensor index, int n, int C) {
    Checks.floats("spread", 1, "out", out);
    Checks.ints(index, n, "spread", "index");
    Parts parts = Parts.rows(n, C).atMost(PARTIAL_SUMS);
    long each = 8L * C;
    MemorySegment moments = scratch.segment(0, 0, parts.count() * each);
    int[] counts = new int[parts.count()];
    parallel.run(
        parts.count(),
        (part, thread) -> {
          MemorySegment work = scratch.segment(thread, 1, 12L * C);
          long from = parts.from(part);
          counts[part] =
              Spread.moments(
                  moments, part * each, x.data(), index.data(), from, parts.to(part), C, work);
        });
    set(out.data(), 0, (float) (deviations(moments, counts, C) / C));
  }

  /// Sum over channels of `sqrt(var + 1e-6)`, var from the moments of parts of so many rows; NaN
  /// for fewer than two rows.
  private static double deviations(MemorySegment moments, int[] counts, int C) {
    int count = 0;
    for (int part : counts) {
      count += part;
    }
    double sum = 0;
    for (long c = 0; c < C; c++) {
      double mean = 0;
      for (int part = 0; part < counts.length; part++) {
        mean += counts[part] * (double) get(moments, 4 * (2L * part * C + c)) / count;
      }
      double squares = 0;
      for (int part = 0; part < counts.length; part++) {
        double d = get(moments, 4 * (2L * part * C + c)) - mean;
        squares += counts[part] * d * d + get(moments, 4 * ((2L * part + 1) * C + c));
      }
      sum += Math.sqrt(squares / (count - 1) + 1e-6);
    }
    return count < 2 ? Double.NaN : sum;
  }

  static int index(MemorySegment index, long i) {
    return index.get(ValueLayout.JAVA_INT, 4 * i);
  }
}
