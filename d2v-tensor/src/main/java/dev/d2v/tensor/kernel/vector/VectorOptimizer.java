package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.Floats.W;
import static dev.d2v.tensor.kernel.vector.Floats.get;
import static dev.d2v.tensor.kernel.vector.Floats.load;
import static dev.d2v.tensor.kernel.vector.Floats.set;
import static dev.d2v.tensor.kernel.vector.Floats.splat;
import static dev.d2v.tensor.kernel.vector.Floats.store;

import dev.d2v.tensor.Checks;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.OptimizerKernels;
import dev.d2v.tensor.kernel.StepNumbers;
import dev.d2v.tensor.parallel.Parts;
import dev.d2v.tensor.parallel.RowParallel;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/// Clipping, AdamW and EMA: one pass over every array.
public final class VectorOptimizer implements OptimizerKernels {
  /// Most parts whose sums are kept apart.
  private static final int PARTIAL_SUMS = 64;

  /// Elements whose squares are summed in F32 before they go to the double sum.
  private static final int BLOCK = 1024;

  private final RowParallel parallel;

  /// Over these threads.
  public VectorOptimizer(RowParallel parallel) {
    this.parallel = parallel;
  }

  @Override
  public void clip(StepNumbers numbers, Tensor g, long size) {
    Checks.floats("clip", size, "g", g);
    Parts parts = Parts.elements(size).atMost(PARTIAL_SUMS);
    double[] sums = new double[parts.count()];
    parallel.run(
        parts.count(),
        (part, thread) -> {
          double sum = 0;
          for (long i = parts.from(part); i < parts.to(part); i += BLOCK) {
            int n = (int) Math.min(BLOCK, parts.to(part) - i);
            sum += Floats.dot(g.data(), 4 * i, g.data(), 4 * i, n);
          }
          sums[part] = sum;
        });
    double sum = 0;
    for (double part : sums) {
      sum += part;
    }
    MemorySegment floats = numbers.floats().data();
    double scale = get(floats, 4L * StepNumbers.GRADIENT_SCALE);
    double limit = get(floats, 4L * StepNumbers.CLIP_NORM);
    double norm = scale * Math.sqrt(sum);
    double clipping = limit == 0 ? 1 : Math.min(1, limit / (norm + 1e-6));
    set(floats, 4L * StepNumbers.GRADIENT_NORM, (float) norm);
    set(floats, 4L * StepNumbers.GRADIENT_FACTOR, (float) (scale * clipping));
  }

  @Override
  public void adamW(
      StepNumbers numbers,
      Tensor p,
      Tensor m,
      Tensor v,
      @Nullable Tensor t,
      Tensor g,
      boolean decays,
      float lrScale,
      double beta1,
      double beta2,
      double eps,
      long size) {
    Checks.floats("adamW", size, "p m v t g", p, m, v, t, g);
    MemorySegment floats = numbers.floats().data();
    float lr = get(floats, 4L * StepNumbers.LEARNING_RATE) * lrScale;
    Rates rates =
        new Rates(
            get(floats, 4L * StepNumbers.GRADIENT_FACTOR),
            decays ? lr * get(floats, 4L * StepNumbers.WEIGHT_DECAY) : 0,
            get(floats, 4L * StepNumbers.ADAM_STEP) * lrScale,
            get(floats, 4L * StepNumbers.EMA_STEP),
            (float) beta1,
            (float) (1 - beta1),
            (float) beta2,
            (float) (1 - beta2),
            (float) eps);
    MemorySegment teacher = t == null || rates.ema <= 0 ? null : t.data();
    Parts parts = Parts.elements(size);
    parallel.run(
        parts.count(),
        (part, thread) -> {
          int n = (int) (parts.to(part) - parts.from(part));
          long at = 4 * parts.from(part);
          adamW(p.data(), m.data(), v.data(), teacher, g.data(), at, n, rates);
        });
  }

  private static void adamW(
      MemorySegment p,
      MemorySegment m,
      MemorySegment v,
      @Nullable MemorySegment t,
      MemorySegment g,
      long at,
      int n,
      Rates r) {
    int i = 0;
    for (; i <= n - W; i += W) {
      long a = at + 4L * i;
      FloatVector gradient = load(g, a).mul(r.factor);
      FloatVector scaled = gradient.mul(r.rest1);
      FloatVector moment = load(m, a).fma(splat(r.beta1), scaled);
      FloatVector squared = gradient.mul(gradient).mul(r.rest2);
      FloatVector square = load(v, a).fma(splat(r.beta2), squared);
      store(moment, m, a);
      store(square, v, a);
      FloatVector old = load(p, a);
      FloatVector decayed = old.fma(splat(-r.decay), old);
      FloatVector value = decayed.sub(moment.mul(r.step).div(square.sqrt().add(r.eps)));
      store(value, p, a);
      if (t != null) {
        store(load(t, a).fma(splat(1 - r.ema), value.mul(r.ema)), t, a);
      }
    }
    for (; i < n; i++) {
      adamWOne(p, m, v, t, g, at + 4L * i, r);
    }
  }

  private static void adamWOne(
      MemorySegment p,
      MemorySegment m,
      MemorySegment v,
      @Nullable MemorySegment t,
      MemorySegment g,
      long a,
      Rates r) {
    float gradient = get(g, a) * r.factor;
    float moment = Math.fma(get(m, a), r.beta1, gradient * r.rest1);
    float square = Math.fma(get(v, a), r.beta2, gradient * gradient * r.rest2);
    set(m, a, moment);
    set(v, a, square);
    float old = get(p, a);
    float decayed = Math.fma(old, -r.decay, old);
    float value = decayed - moment * r.step / ((float) Math.sqrt(square) + r.eps);
    set(p, a, value);
    if (t != null) {
      set(t, a, Math.fma(get(t, a), 1 - r.ema, value * r.ema));
    }
  }

  @Override
  public void ema(StepNumbers numbers, Tensor t, Tensor p, long size) {
    Checks.floats("ema", size, "t p", t, p);
    float rate = get(numbers.floats().data(), 4L * StepNumbers.EMA_STEP);
    if (rate <= 0) {
      return;
    }
    Parts parts = Parts.elements(size);
    parallel.run(
        parts.count(),
        (part, thread) -> {
          int n = (int) (parts.to(part) - parts.from(part));
          ema(t.data(), p.data(), 4 * parts.from(part), n, rate);
        });
  }

  private static void ema(MemorySegment t, MemorySegment p, long at, int n, float rate) {
    float rest = 1 - rate;
    int i = 0;
    for (; i <= n - W; i += W) {
      long a = at + 4L * i;
      store(load(t, a).fma(splat(rest), load(p, a).mul(rate)), t, a);
    }
    for (; i < n; i++) {
      long a = at + 4L * i;
      set(t, a, Math.fma(get(t, a), rest, get(p, a) * rate));
    }
  }

  /// The numbers of one update.
  ///
  /// @param factor what gradients are multiplied by
  /// @param decay learning rate times weight decay
  /// @param step Adam's corrected step
  /// @param ema the teacher's step, one less its decay
  /// @param rest1 one less beta1, rounded from double
  /// @param rest2 one less beta2
  private record Rates(
      float factor,
      float decay,
      float step,
      float ema,
      float beta1,
      float rest1,
      float beta2,
      float rest2,
      float eps) {}
}
