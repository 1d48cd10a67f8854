package dev.d2v.model.train;

import dev.d2v.model.Data2Vec2;
import dev.d2v.tensor.Workspace;
import dev.d2v.tensor.spi.Backend;
import java.util.Objects;

/// A model with its trainer.
record Rig(Backend backend, Data2Vec2 model, Workspace workspace, Pretrainer trainer)
    implements AutoCloseable {
  static Rig of(Recipe recipe, int threads) {
    Backend backend = Backend.cpu(threads);
    Data2Vec2 model = Data2Vec2.training(recipe.model(), backend);
    model.memory().initialize(recipe.train().seed());
    Workspace workspace = Workspace.of(backend, StepPlan.of(recipe).workspaceBytes());
    return new Rig(
        backend, model, workspace, new Pretrainer(recipe, model, workspace, backend.kernels()));
  }

  float[] values() {
    return backend.floats(model.memory().memory().values());
  }

  float[] teacher() {
    return backend.floats(Objects.requireNonNull(model.memory().memory().teacher()));
  }

  @Override
  public void close() {
    workspace.close();
    model.close();
    backend.close();
  }
}
