package dev.d2v.benchmarks.peers;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.d2v.benchmarks.compare.Case;
import dev.d2v.benchmarks.compare.Engine;
import dev.d2v.benchmarks.compare.Inputs;
import dev.d2v.benchmarks.compare.Task;
import dev.d2v.benchmarks.compare.Worker;
import java.io.IOException;
import java.util.Optional;

/// ONNX Runtime on one-node models. Weights are constants of the model, which it packs once: so it
/// does in a network.
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
    try {
      OnnxOperands o = new OnnxOperands(environment);
      return switch (which.operation().family()) {
        case MATMUL -> matmul(which, o);
        default -> Optional.empty();
      };
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
    }
  }

  private OrtSession.SessionOptions options() throws OrtException {
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setIntraOpNumThreads(threads);
    options.setInterOpNumThreads(1);
    options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
    return options;
  }

  private Optional<Task> matmul(Case z, OnnxOperands o) throws OrtException {
    int m = z.dim(0);
    int n = z.dim(1);
    int k = z.dim(2);
    OnnxGraph graph = new OnnxGraph().output("y", m, n);
    switch (z.operation()) {
      case MATMUL_NN -> {
        o.floats("a", m, k);
        graph
            .input("a", OnnxGraph.FLOAT, m, k)
            .weight("b", Inputs.floats("b", n * k), k, n)
            .node("MatMul", "a b", "y");
      }
      case MATMUL_NT, MATMUL_NT_GELU -> {
        o.floats("a", m, k);
        boolean gelu = z.operation() == dev.d2v.benchmarks.compare.Operation.MATMUL_NT_GELU;
        graph
            .input("a", OnnxGraph.FLOAT, m, k)
            .weight("b", Inputs.floats("b", n * k), n, k)
            .weight("bias", Inputs.floats("bias", n), n)
            .node("Gemm", "a b bias", gelu ? "pre" : "y", new OnnxGraph.Attribute.Int("transB", 1));
        if (gelu) {
          graph.node("Gelu", "pre", "y");
        }
      }
      case MATMUL_TN -> {
        o.floats("a", k, m).floats("b", k, n).floats("c", m, n);
        graph
            .input("a", OnnxGraph.FLOAT, k, m)
            .input("b", OnnxGraph.FLOAT, k, n)
            .input("c", OnnxGraph.FLOAT, m, n)
            .node("Gemm", "a b c", "y", new OnnxGraph.Attribute.Int("transA", 1));
      }
      default -> {
        return Optional.empty();
      }
    }
    return Optional.of(o.task(graph.toBytes(), options(), "y", m, n));
  }

  @Override
  public void close() {
    environment.close();
  }
}
