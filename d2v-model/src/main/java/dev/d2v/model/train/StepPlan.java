package dev.d2v.model.train;

import dev.d2v.model.Data2Vec2;
import dev.d2v.tensor.Workspace;
import dev.d2v.tensor.plan.PlanBackend;

/// What a recipe needs, found by running a step on shapes alone.
///
/// @param parameters trainable parameters of student and decoder
/// @param parameterBytes values, gradients, moments and teacher
/// @param workspaceBytes peak of a step's temporaries
/// @param featureBytes peak of a batch of features
/// @param flopsPerUpdate of the matrix products, attentions and convolutions of one update
/// @param kernelCalls of one update
public record StepPlan(
    long parameters,
    long parameterBytes,
    long workspaceBytes,
    long featureBytes,
    long flopsPerUpdate,
    long kernelCalls) {
  private static final long UNLIMITED = 1L << 46;

  /// The plan of a recipe. Allocates nothing.
  public static StepPlan of(Recipe recipe) {
    PlanBackend backend = new PlanBackend();
    try (Data2Vec2 model = Data2Vec2.training(recipe.model(), backend);
        Workspace workspace = Workspace.of(backend, UNLIMITED);
        Workspace features = Workspace.of(backend, UNLIMITED)) {
      backend.resetCounts();
      Pretrainer trainer = new Pretrainer(recipe, model, workspace, backend.kernels());
      trainer.plan();
      long flops = backend.flops();
      long calls = backend.calls();
      new FeatureReader(model, recipe.probe(), features).plan();
      return new StepPlan(
          model.memory().trainableCount(),
          model.memory().memory().bytes(),
          workspace.peakBytes(),
          features.peakBytes(),
          flops,
          calls);
    }
  }

  /// Bytes of the workspace that serves both training and features, which come on top of the
  /// numbers of the last step.
  public long sharedWorkspaceBytes() {
    return Math.max(workspaceBytes, featureBytes + 4 * Workspace.ALIGNMENT);
  }

  /// All bytes that a run allocates off the heap.
  public long totalBytes() {
    return parameterBytes + sharedWorkspaceBytes();
  }
}
