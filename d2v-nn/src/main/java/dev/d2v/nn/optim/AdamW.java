package dev.d2v.nn.optim;

import dev.d2v.tensor.ParameterMemory;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.Kernels;
import dev.d2v.tensor.kernel.StepNumbers;
import org.jspecify.annotations.Nullable;

/// Adam with decoupled weight decay, as fairseq computes it: `m = beta1 m + (1-beta1) g`, `v =
/// beta2 v + (1-beta2) g^2`, `p = p - lr wd p`, `p = p - step m / (sqrt(v) + eps)`, `step = lr
/// sqrt(1 - beta2^k) / (1 - beta1^k)`. eps is added to the uncorrected root.
///
/// Where: p, m, v, g of one size, k = number of this update, from 1. The teacher's average is taken
/// in the same pass over memory.
///
/// @param beta1 decay of the first moment, 0.9 usually
/// @param beta2 decay of the second moment
/// @param eps keeps the divisor from zero
/// @param weightDecay wd
public record AdamW(double beta1, double beta2, double eps, double weightDecay) {
  /// Checks the hyperparameters.
  public AdamW {
    if (!(beta1 >= 0 && beta1 < 1) || !(beta2 >= 0 && beta2 < 1) || !(eps > 0)) {
      throw new IllegalArgumentException(
          "AdamW: betas must be in [0,1) and eps positive, got %s, %s, eps %s"
              .formatted(beta1, beta2, eps));
    }
    if (!(weightDecay >= 0)) {
      throw new IllegalArgumentException(
          "AdamW: the weight decay cannot be negative, got " + weightDecay);
    }
  }

  /// `lr sqrt(1 - beta2^k) / (1 - beta1^k)` for update k, counted from 1.
  public double adamStep(double lr, long k) {
    if (k < 1) {
      throw new IllegalArgumentException("AdamW: updates are counted from 1, got " + k);
    }
    return lr * Math.sqrt(1 - Math.pow(beta2, (double) k)) / (1 - Math.pow(beta1, (double) k));
  }

  /// Writes its numbers of update k, counted from 1, into the host's copy of [StepNumbers#floats].
  public void numbers(float[] numbers, double lr, long k) {
    numbers[StepNumbers.LEARNING_RATE] = (float) lr;
    numbers[StepNumbers.WEIGHT_DECAY] = (float) weightDecay;
    numbers[StepNumbers.ADAM_STEP] = (float) adamStep(lr, k);
  }

  /// Updates elements `from` (inclusive) to `to` (exclusive) of a model, and the teacher where it
  /// mirrors them.
  ///
  /// @param decays whether weight decay applies to these
  /// @param lrScale factor on their learning rate
  public void update(
      Kernels kernels,
      StepNumbers numbers,
      ParameterMemory memory,
      int from,
      int to,
      boolean decays,
      double lrScale) {
    int mirrored = Math.clamp(memory.teacherSize(), from, to);
    Tensor teacher = memory.teacher();
    if (teacher != null && mirrored > from) {
      part(kernels, numbers, memory, from, mirrored, teacher, decays, lrScale);
    }
    if (to > mirrored) {
      part(kernels, numbers, memory, mirrored, to, null, decays, lrScale);
    }
  }

  private void part(
      Kernels kernels,
      StepNumbers numbers,
      ParameterMemory memory,
      int from,
      int to,
      @Nullable Tensor teacher,
      boolean decays,
      double lrScale) {
    kernels
        .optimizer()
        .adamW(
            numbers,
            memory.values().slice(from, to),
            memory.firstMoments().slice(from, to),
            memory.secondMoments().slice(from, to),
            teacher == null ? null : teacher.slice(from, to),
            memory.gradients().slice(from, to),
            decays,
            (float) lrScale,
            beta1,
            beta2,
            eps,
            to - from);
  }
}
