package dev.d2v.tensor.kernel.scalar;

import static dev.d2v.tensor.kernel.scalar.Elements.forEach;
import static dev.d2v.tensor.kernel.scalar.Elements.get;
import static dev.d2v.tensor.kernel.scalar.Elements.set;

import dev.d2v.tensor.Checks;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.OptimizerKernels;
import dev.d2v.tensor.kernel.StepNumbers;
import dev.d2v.tensor.parallel.Parts;
import dev.d2v.tensor.parallel.RowParallel;
import org.jspecify.annotations.Nullable;

/// Clipping, AdamW and EMA, element by element.
public final class ScalarOptimizer implements OptimizerKernels {
  private static final int PARTIAL_SUMS = 64;

  private final RowParallel parallel;

  /// Over these threads.
  public ScalarOptimizer(RowParallel parallel) {
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
          for (long i = parts.from(part); i < parts.to(part); i++) {
            sums[part] += get(g, i) * get(g, i);
          }
        });
    double sum = 0;
    for (double part : sums) {
      sum += part;
    }
    double scale = get(numbers.floats(), StepNumbers.GRADIENT_SCALE);
    double limit = get(numbers.floats(), StepNumbers.CLIP_NORM);
    double norm = scale * Math.sqrt(sum);
    double clipping = limit == 0 ? 1 : Math.min(1, limit / (norm + 1e-6));
    set(numbers.floats(), StepNumbers.GRADIENT_NORM, norm);
    set(numbers.floats(), StepNumbers.GRADIENT_FACTOR, scale * clipping);
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
    double factor = get(numbers.floats(), StepNumbers.GRADIENT_FACTOR);
    double lr = get(numbers.floats(), StepNumbers.LEARNING_RATE) * lrScale;
    double wd = decays ? get(numbers.floats(), StepNumbers.WEIGHT_DECAY) : 0;
    double step = get(numbers.floats(), StepNumbers.ADAM_STEP) * lrScale;
    double rate = get(numbers.floats(), StepNumbers.EMA_STEP);
    forEach(
        parallel,
        size,
        1,
        i -> {
          double gradient = get(g, i) * factor;
          double moment = beta1 * get(m, i) + (1 - beta1) * gradient;
          double square = beta2 * get(v, i) + (1 - beta2) * gradient * gradient;
          double value = get(p, i) - lr * wd * get(p, i);
          value -= step * moment / (Math.sqrt(square) + eps);
          set(m, i, moment);
          set(v, i, square);
          set(p, i, value);
          if (t != null && rate > 0) {
            set(t, i, (1 - rate) * get(t, i) + rate * value);
          }
        });
  }

  @Override
  public void ema(StepNumbers numbers, Tensor t, Tensor p, long size) {
    Checks.floats("ema", size, "t p", t, p);
    double rate = get(numbers.floats(), StepNumbers.EMA_STEP);
    if (rate > 0) {
      forEach(parallel, size, 1, i -> set(t, i, (1 - rate) * get(t, i) + rate * get(p, i)));
    }
  }
}
