package dev.d2v.nn.optim;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.Kernels;
import dev.d2v.tensor.kernel.StepNumbers;

/// `g = g * s * min(1, maxNorm / (norm + 1e-6))`, `norm = s |g|`: clipping of the global L2 norm.
///
/// Where: g (n) all gradients, s what they are scaled by first (1 / sample size). g itself is left
/// as it is; the factor goes into the step's numbers, and [AdamW] multiplies by it.
///
/// @param maxNorm largest norm; 0 = no clipping, the norm is computed all the same
public record GradientClip(double maxNorm) {
  /// Checks that the norm is not negative.
  public GradientClip {
    if (!(maxNorm >= 0)) {
      throw new IllegalArgumentException(
          "clipping: the norm must be positive, or 0 for none, got " + maxNorm);
    }
  }

  /// Writes its numbers into the host's copy of [StepNumbers#floats].
  ///
  /// @param gradientScale s
  public void numbers(float[] numbers, double gradientScale) {
    numbers[StepNumbers.GRADIENT_SCALE] = (float) gradientScale;
    numbers[StepNumbers.CLIP_NORM] = (float) maxNorm;
  }

  /// Computes norm and factor of the gradients (n) into the step's numbers.
  public void apply(Kernels kernels, StepNumbers numbers, Tensor gradients) {
    kernels.optimizer().clip(numbers, gradients, gradients.size());
  }
}
