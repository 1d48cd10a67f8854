package dev.d2v.nn.optim;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.Kernels;
import dev.d2v.tensor.kernel.StepNumbers;

/// `t = d t + (1-d) p`: the teacher's weights follow the student's. [AdamW] does the same within
/// its own pass; this is for parameters that no optimiser touches.
///
/// @param schedule d of every update
public record Ema(EmaSchedule schedule) {
  /// Writes `1 - d` of an update, counted from 1, into the host's copy of [StepNumbers#floats].
  public void numbers(float[] numbers, long update) {
    numbers[StepNumbers.EMA_STEP] = (float) (1 - schedule.at(update));
  }

  /// The average over contiguous memory; nothing when d >= 1. teacher, student (n)
  public void apply(Kernels kernels, StepNumbers numbers, Tensor teacher, Tensor student) {
    kernels.optimizer().ema(numbers, teacher, student, teacher.size());
  }

  /// `t = p`: how a teacher begins, and how tables that are not trained stay the same. teacher,
  /// student (n)
  public void copy(Kernels kernels, Tensor teacher, Tensor student) {
    kernels.elementwise().copy(teacher, student, teacher.size());
  }
}
