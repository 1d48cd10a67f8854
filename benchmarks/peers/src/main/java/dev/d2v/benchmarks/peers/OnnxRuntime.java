package dev.d2v.benchmarks.peers;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.d2v.benchmarks.compare.Case;
import dev.d2v.benchmarks.compare.Engine;
import dev.d2v.benchmarks.compare.Task;
import dev.d2v.benchmarks.compare.Worker;
import java.io.IOException;
import java.util.Optional;

/// ONNX Runtime on models of a node or three. Weights are constants of the model, which it packs
/// once: so it does in a network.
public final class OnnxRuntime implements Engine {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final int threads;

  private OnnxRuntime(int threads) {
    this.threads = threads;
  }

  /// Serves; the argument is the number of threads.
  public static void main(String[] args) throws IOException {
    Worker.serve(new OnnxRuntime(Integer.parseInt(args[0])));
  }

  @Override
  public String description() {
    return "ONNX Runtime " + environment.getVersion() + ", " + threads + " threads";
  }

  @Override
  public Optional<Task> open(Case which) {
    try (OrtSession.SessionOptions options = options(threads)) {
      OnnxCase made = new OnnxCase(new OnnxOperands(environment), which);
      if (!made.build()) {
        return Optional.empty();
      }
      return Optional.of(made.task(options));
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
    }
  }

  /// All optimisations, so many threads within a node, one node at a time.
  static OrtSession.SessionOptions options(int threads) throws OrtException {
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setIntraOpNumThreads(threads);
    options.setInterOpNumThreads(1);
    options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
    return options;
  }

  @Override
  public void close() {
    environment.close();
  }
}
