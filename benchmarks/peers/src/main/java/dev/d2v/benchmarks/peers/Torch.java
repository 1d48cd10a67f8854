package dev.d2v.benchmarks.peers;

import dev.d2v.benchmarks.compare.Case;
import dev.d2v.benchmarks.compare.Engine;
import dev.d2v.benchmarks.compare.Network;
import dev.d2v.benchmarks.compare.Operation;
import dev.d2v.benchmarks.compare.Task;
import dev.d2v.benchmarks.compare.Worker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/// libtorch. Results go to tensors that exist already where it has such a form.
public final class Torch implements Engine {
  private final int threads;
  private final Path models;

  private Torch(int threads, Path models) {
    this.models = models;
    this.threads = threads;
    torch.set_num_interop_threads(1);
    torch.set_num_threads(threads);
  }

  /// Serves; arguments are the number of threads and the folder of networks.
  public static void main(String[] args) throws IOException {
    Worker.serve(new Torch(Integer.parseInt(args[0]), Path.of(args[1])));
  }

  @Override
  public String description() {
    return "libtorch 2.10, " + threads + " threads";
  }

  @Override
  public Optional<Task> open(Case which) {
    if (which.operation().family() == Operation.Family.NETWORK) {
      try {
        return TorchNetwork.task(Network.of(which), models);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    TorchOperands o = new TorchOperands();
    return Optional.of(
        switch (which.operation().family()) {
          case MATMUL -> matmul(which, o);
          case ATTENTION -> attention(which, o);
          case NORM -> TorchPasses.norm(which, o);
          case ELEMENTWISE -> TorchPasses.elementwise(which, o);
          case OPTIMIZER -> TorchPasses.optimizer(which, o);
          case GATHER -> TorchPasses.gather(which, o);
          case CONV -> TorchConv.task(which, o);
          case NETWORK -> throw new IllegalArgumentException(which.toString());
        });
  }

  @Override
  public Optional<Task> step(Path file) throws IOException {
    return Optional.of(TorchStep.open(file));
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

  private static Task attention(Case z, TorchOperands o) {
    long B = z.dim(0);
    long T = z.dim(1);
    long H = z.dim(2);
    long D = z.dim(3);
    // (B,T,3,H,D) cut into three: views into one array would cost the backward more
    Tensor qkv = o.floats("qkv", B, T, 3, H, D);
    Tensor[] parts = new Tensor[3];
    for (int i = 0; i < 3; i++) {
      parts[i] = qkv.select(2, i).contiguous();
    }
    if (z.operation() == Operation.ATTENTION_FORWARD) {
      return o.computed(() -> heads(parts).transpose(1, 2));
    }
    for (Tensor part : parts) {
      part.requires_grad_();
    }
    TensorVector inputs = new TensorVector(parts);
    TensorVector output = new TensorVector(heads(parts));
    TensorVector dout = new TensorVector(o.floats("dout", B, T, H, D).transpose(1, 2));
    BoolOptional keeps = new BoolOptional(true);
    return o.task(
        () -> torch.grad(output, inputs, dout, keeps, false, false),
        () -> torch.stack(torch.grad(output, inputs, dout, keeps, false, false), 2));
  }

  /// Attention over (B,T,H,D), giving (B,H,T,D).
  private static Tensor heads(Tensor[] qkv) {
    return torch.scaled_dot_product_attention(
        qkv[0].transpose(1, 2), qkv[1].transpose(1, 2), qkv[2].transpose(1, 2));
  }

  @Override
  public void close() {}
}
