package dev.d2v.model.train;

import dev.d2v.model.ConfigChecks;

/// How a model is trained.
///
/// @param updates optimiser updates of the run
/// @param batch B, samples of a micro-batch
/// @param accumulate micro-batches of an update
/// @param learningRate the rate over the run
/// @param beta1 Adam's first decay
/// @param beta2 Adam's second decay
/// @param eps Adam's eps, added to the uncorrected root
/// @param weightDecay decoupled weight decay
/// @param decayEverything true: weight decay on all parameters, what the official code does; false:
///   not on one-dimensional ones, biases and ALiBi scales, what it means to do
/// @param clipNorm largest norm of the gradient, 0: no clipping
/// @param seed of all randomness
/// @param checkpointEvery updates between checkpoints
/// @param keepCheckpoints how many of the last checkpoints stay on disk
/// @param logEvery updates between lines of metrics
/// @param minTargetVar a run stops when target_var falls below it after update 5000; 0: never
/// @param minPredVar a run stops when pred_var falls below it after update 5000; 0: never
/// @param maskGroups groups in which the masks of a sample go through student and decoder, one
///   group after another; more groups need less memory
/// @param recomputeBlocks activation checkpointing: a block keeps only its input, and its backward
///   computes its forward again; less memory, a third more work
public record TrainConfig(
    long updates,
    int batch,
    int accumulate,
    LearningRateConfig learningRate,
    double beta1,
    double beta2,
    double eps,
    double weightDecay,
    boolean decayEverything,
    double clipNorm,
    long seed,
    long checkpointEvery,
    int keepCheckpoints,
    long logEvery,
    double minTargetVar,
    double minPredVar,
    int maskGroups,
    boolean recomputeBlocks) {
  /// Checks the numbers.
  public TrainConfig {
    ConfigChecks.positive("train.updates", updates);
    ConfigChecks.positive("train.batch", batch);
    ConfigChecks.positive("train.accumulate", accumulate);
    ConfigChecks.probability("train.beta1", beta1);
    ConfigChecks.probability("train.beta2", beta2);
    ConfigChecks.notNegative("train.eps", eps);
    ConfigChecks.notNegative("train.weightDecay", weightDecay);
    ConfigChecks.notNegative("train.clipNorm", clipNorm);
    ConfigChecks.positive("train.checkpointEvery", checkpointEvery);
    ConfigChecks.positive("train.keepCheckpoints", keepCheckpoints);
    ConfigChecks.positive("train.logEvery", logEvery);
    ConfigChecks.notNegative("train.minTargetVar", minTargetVar);
    ConfigChecks.notNegative("train.minPredVar", minPredVar);
    ConfigChecks.positive("train.maskGroups", maskGroups);
    ConfigChecks.that(
        maskGroups == 1 || accumulate <= 256,
        "train.accumulate (%d) cannot exceed 256 with train.maskGroups".formatted(accumulate));
  }
}
