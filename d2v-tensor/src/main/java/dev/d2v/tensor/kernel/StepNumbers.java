package dev.d2v.tensor.kernel;

import dev.d2v.tensor.Tensor;

/// The numbers that change every step, in memory that kernels read rather than in their arguments,
/// so that a device can replay a captured step. The host fills the first part before a step;
/// kernels write the second.
///
/// @param floats F32 (16), see the constants
/// @param ints I32 (4), see the constants
public record StepNumbers(Tensor floats, Tensor ints) {
  /// Length of [#floats].
  public static final int FLOATS = 16;

  /// Length of [#ints].
  public static final int INTS = 4;

  /// Learning rate lr(u).
  public static final int LEARNING_RATE = 0;

  /// Decoupled weight decay.
  public static final int WEIGHT_DECAY = 1;

  /// Adam's corrected step, `lr * sqrt(1 - beta2^k) / (1 - beta1^k)`.
  public static final int ADAM_STEP = 2;

  /// The teacher's step `1 - d(u)`: near 1, a decay in F32 would have lost what it differs by.
  public static final int EMA_STEP = 3;

  /// What gradients are multiplied by before clipping: 1 / sample size.
  public static final int GRADIENT_SCALE = 4;

  /// Largest allowed gradient norm; 0 = no clipping.
  public static final int CLIP_NORM = 5;

  /// Written by [OptimizerKernels#clip]: L2 norm of the scaled gradient.
  public static final int GRADIENT_NORM = 8;

  /// Written by [OptimizerKernels#clip]: what gradients are multiplied by in the update, scale and
  /// clipping together.
  public static final int GRADIENT_FACTOR = 9;

  /// In [#ints]: seed of the run, low and high half.
  public static final int SEED_LOW = 0;

  /// In [#ints]: seed of the run, high half.
  public static final int SEED_HIGH = 1;

  /// In [#ints]: number of updates done so far.
  public static final int UPDATE = 2;

  /// In [#ints]: number of the micro-batch within the update.
  public static final int MICRO_BATCH = 3;
}
