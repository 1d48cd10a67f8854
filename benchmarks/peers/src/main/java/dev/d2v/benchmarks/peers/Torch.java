package dev.d2v.benchmarks.peers;

import dev.d2v.benchmarks.compare.Case;
import dev.d2v.benchmarks.compare.Engine;
import dev.d2v.benchmarks.compare.Task;
import dev.d2v.benchmarks.compare.Worker;
import java.io.IOException;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/// libtorch. Results go to tensors that exist already where it has such a form.
public final class Torch implements Engine {
  private final int threads;

  private Torch(int threads) {
    this.threads = threads;
    torch.set_num_interop_threads(1);
    torch.set_num_threads(threads);
  }

  /// Serves; the argument is the number of threads.
  public static void main(String[] args) throws IOException {
    Worker.serve(new Torch(Integer.parseInt(args[0])));
  }

  @Override
  public String description() {
    return "libtorch 2.10, " + threads + " threads";
  }

  @Override
  public Optional<Task> open(Case which) {
    TorchOperands o = new TorchOperands();
    return switch (which.operation().family()) {
      case MATMUL -> Optional.of(matmul(which, o));
      default -> Optional.empty();
    };
  }

  private static Task matmul(Case z, TorchOperands o) {
    int m = z.dim(0);
    int n = z.dim(1);
    int k = z.dim(2);
    Tensor c = o.floats("c", m, n);
    TensorOptional bias = new TensorOptional(o.floats("bias", n));
    return switch (z.operation()) {
      case MATMUL_NN -> {
        Tensor a = o.floats("a", m, k);
        Tensor b = o.floats("b", k, n);
        yield o.task(() -> torch.mm_out(c, a, b), () -> c);
      }
      case MATMUL_NT -> {
        Tensor a = o.floats("a", m, k);
        Tensor b = o.floats("b", n, k);
        yield o.task(() -> torch.linear_out(c, a, b, bias), () -> c);
      }
      case MATMUL_NT_GELU -> {
        Tensor a = o.floats("a", m, k);
        Tensor b = o.floats("b", n, k);
        Tensor pre = o.zeros(m, n);
        yield o.task(() -> torch.gelu_out(c, torch.linear_out(pre, a, b, bias)), () -> c);
      }
      case MATMUL_NN_GELU_BACKWARD -> {
        Tensor a = o.floats("a", m, k);
        Tensor b = o.floats("b", k, n);
        Tensor pre = o.floats("pre", m, n);
        Tensor product = o.zeros(m, n);
        yield o.task(() -> torch.gelu_backward_out(c, torch.mm_out(product, a, b), pre), () -> c);
      }
      case MATMUL_TN -> {
        Tensor a = o.floats("a", k, m).t();
        Tensor b = o.floats("b", k, n);
        yield o.task(() -> c.addmm_(a, b), () -> c);
      }
      default -> throw new IllegalArgumentException(z + " is no product");
    };
  }

  @Override
  public void close() {}
}
