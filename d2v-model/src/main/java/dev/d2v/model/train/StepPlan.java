package dev.d2v.model.train;

import dev.d2v.model.Batch;
import dev.d2v.model.Data2Vec2;
import dev.d2v.tensor.Workspace;
import dev.d2v.tensor.plan.PlanBackend;
import java.util.List;

/// What a recipe needs, found by running a step on shapes alone.
///
/// @param parameters trainable parameters of student and decoder
/// @param parameterBytes values, gradients, moments and teacher
/// @param workspaceBytes peak of a step's temporaries
/// @param featureBytes peak of a batch of features
/// @param flopsPerUpdate of the matrix products, attentions and convolutions of one update
/// @param streamedBytes that all other kernels of one update read and write, each tensor once
/// @param kernelCalls of one update
public record StepPlan(
    long parameters,
    long parameterBytes,
    long workspaceBytes,
    long featureBytes,
    long flopsPerUpdate,
    long streamedBytes,
    long kernelCalls) {
  private static final long UNLIMITED = 1L << 46;

  /// The plan of a recipe for its largest batches. Allocates nothing.
  public static StepPlan of(Recipe recipe) {
    return of(recipe, recipe.largestBatches());
  }

  /// The plan of a recipe for all shapes of batches that its data gives.
  public static StepPlan of(Recipe recipe, List<Batch.Shape> shapes) {
    return of(recipe, shapes, shapes.stream().map(FeatureReader::shape).toList());
  }

  /// The plan of a recipe for these batches. FLOPs, bytes and calls are those of the shape that
  /// needs the most memory.
  ///
  /// @param shapes batches that are trained on
  /// @param read batches whose features are read
  public static StepPlan of(Recipe recipe, List<Batch.Shape> shapes, List<Batch.Shape> read) {
    PlanBackend backend = new PlanBackend();
    try (Data2Vec2 model = Data2Vec2.training(recipe.model(), backend);
        Workspace workspace = Workspace.of(backend, UNLIMITED);
        Workspace features = Workspace.of(backend, UNLIMITED)) {
      Pretrainer trainer = new Pretrainer(recipe, model, workspace, backend.kernels());
      long flops = 0;
      long calls = 0;
      long streamed = 0;
      long peak = 0;
      for (Batch.Shape shape : shapes) {
        backend.resetCounts();
        trainer.plan(shape);
        if (workspace.peakBytes() > peak) {
          peak = workspace.peakBytes();
          flops = backend.flops();
          calls = backend.calls();
          streamed = backend.streamedBytes();
        }
      }
      FeatureReader reader = new FeatureReader(model, recipe.probe(), features);
      for (Batch.Shape shape : read) {
        reader.plan(shape);
      }
      return new StepPlan(
          model.memory().trainableCount(),
          model.memory().memory().bytes(),
          workspace.peakBytes(),
          features.peakBytes(),
          flops,
          streamed,
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
