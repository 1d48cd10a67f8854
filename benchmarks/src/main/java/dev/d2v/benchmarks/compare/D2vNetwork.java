package dev.d2v.benchmarks.compare;

import dev.d2v.model.Data2Vec2;
import dev.d2v.model.checkpoint.LoadReport;
import dev.d2v.model.checkpoint.Weights;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.Workspace;
import dev.d2v.tensor.spi.Backend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/// A network computed by d2v.
final class D2vNetwork implements Task {
  private final Network network;
  private final Backend backend;
  private final Data2Vec2 model;
  private final Workspace room;

  D2vNetwork(Network network, Backend backend, Path folder) {
    this.network = network;
    this.backend = backend;
    model = Data2Vec2.inference(network.recipe().model(), backend);
    room = Workspace.of(backend, network.workspaceBytes() + 4 * Workspace.ALIGNMENT);
    try (Weights weights = Weights.open(network.weights(folder))) {
      LoadReport report = weights.load(model, false);
      if (!report.missing().isEmpty() || !report.wrongShape().isEmpty()) {
        throw new IllegalStateException("weights do not fit: " + report);
      }
    } catch (IOException e) {
      close();
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void run() {
    try (var _ = room.mark()) {
      Tensor _ = features();
    }
  }

  @Override
  public float[] result() {
    try (var _ = room.mark()) {
      return backend.floats(features());
    }
  }

  private Tensor features() {
    return network.features(model, backend, Pass.inference(backend.kernels(), room));
  }

  @Override
  public void close() {
    room.close();
    model.close();
  }
}
