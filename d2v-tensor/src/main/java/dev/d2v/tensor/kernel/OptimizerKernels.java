package dev.d2v.tensor.kernel;

import dev.d2v.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// The update, as passes over contiguous [dev.d2v.tensor.ParameterMemory].
public interface OptimizerKernels {
  /// Global L2 norm and clipping. With `s = numbers[GRADIENT_SCALE]`, `c = numbers[CLIP_NORM]`:
  /// `norm = s * sqrt(sum g^2)`, `numbers[GRADIENT_NORM] = norm`, `numbers[GRADIENT_FACTOR] = s *
  /// min(1, c / (norm + 1e-6))`, or s when c = 0. Sums are in double.
  void clip(StepNumbers numbers, Tensor g, long size);

  /// AdamW as fairseq computes it, with the teacher's update in the same pass; lr, wd, step and 1-d
  /// come from numbers.
  ///
  /// ```text
  /// g' = g * numbers[GRADIENT_FACTOR]
  /// m = beta1 m + (1-beta1) g'          v = beta2 v + (1-beta2) g'^2
  /// p -= lr * wd * p  (when decays)     p -= step * m / (sqrt(v) + eps)
  /// t = d t + (1-d) p                   (untouched when 1-d <= 0)
  /// ```
  ///
  /// p, m, v, g, t (size); t null: no teacher for these
  ///
  /// @param lrScale factor on lr and step for these parameters (layer-wise decay), 1 usually
  void adamW(
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
      long size);

  /// `t = d t + (1-d) p`, `1-d = numbers[EMA_STEP]`; untouched when that is 0 or less. t, p (size)
  void ema(StepNumbers numbers, Tensor t, Tensor p, long size);
}
