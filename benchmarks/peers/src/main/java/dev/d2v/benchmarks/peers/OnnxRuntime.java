package dev.d2v.benchmarks.peers;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.d2v.benchmarks.compare.Case;
import dev.d2v.benchmarks.compare.Engine;
import dev.d2v.benchmarks.compare.Network;
import dev.d2v.benchmarks.compare.Operation;
import dev.d2v.benchmarks.compare.Task;
import dev.d2v.benchmarks.compare.Worker;
import dev.d2v.model.Batch;
import dev.d2v.model.image.ImageConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/// ONNX Runtime on models of a node or three. Weights are constants of the model, which it packs
/// once: so it does in a network.
public final class OnnxRuntime implements Engine {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final int threads;
  private final Path models;

  private OnnxRuntime(int threads, Path models) {
    this.models = models;
    this.threads = threads;
  }

  /// Serves; arguments are the number of threads and the folder of networks.
  public static void main(String[] args) throws IOException {
    Worker.serve(new OnnxRuntime(Integer.parseInt(args[0]), Path.of(args[1])));
  }

  @Override
  public String description() {
    return "ONNX Runtime " + environment.getVersion() + ", " + threads + " threads";
  }

  @Override
  public Optional<Task> open(Case which) {
    try (OrtSession.SessionOptions options = options(threads)) {
      if (which.operation().family() == Operation.Family.NETWORK) {
        return Optional.of(network(Network.of(which), options));
      }
      OnnxCase made = new OnnxCase(new OnnxOperands(environment), which);
      if (!made.build()) {
        return Optional.empty();
      }
      return Optional.of(made.task(options));
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The exported network; lengths are whole, so nothing is padded.
  private Task network(Network network, OrtSession.SessionOptions options)
      throws OrtException, IOException {
    OnnxOperands o = new OnnxOperands(environment);
    int B = network.batch().samples();
    switch (network.batch()) {
      case Batch.Images images -> {
        ImageConfig image = Objects.requireNonNull(network.recipe().model().image());
        int side = image.imageSize();
        o.of("pixel_values", images.pixels(), B, image.channels(), side, side);
      }
      case Batch.Waves waves -> {
        o.of("input_values", waves.waves(), B, waves.length());
        o.ones("attention_mask", B, waves.length());
      }
      case Batch.Texts texts -> {
        o.whole("input_ids", texts.ids(), B, texts.length());
        o.ones("attention_mask", B, texts.length());
      }
    }
    return o.task(network.onnx(models), options, "last_hidden_state");
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
