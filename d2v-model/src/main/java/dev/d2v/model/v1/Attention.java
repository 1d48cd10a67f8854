package dev.d2v.model.v1;

import dev.d2v.nn.Initializer;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.layer.AttentionBias;
import dev.d2v.nn.layer.Linear;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.Backend;
import org.jspecify.annotations.Nullable;

/// Multi-head self-attention for inference: `y = x + softmax(q k^T / sqrt(D) + bias) v Wo^T + bo`.
/// x, y (B,T,C)
final class Attention {
  private final Linear qkv;
  private final Linear proj;
  private final @Nullable KeyDistances distances;
  private final int H;
  private final int D;

  Attention(ParameterScope scope, LayerConfig c, @Nullable KeyDistances distances) {
    Initializer zeros = Initializer.zeros();
    this.qkv = new Linear(scope.child("qkv"), c.C(), 3 * c.C(), zeros, zeros);
    this.proj = new Linear(scope.child("proj"), c.C(), c.C(), zeros, zeros);
    this.distances = distances;
    this.H = c.heads();
    this.D = c.C() / c.heads();
  }

  /// y, with the residual `addend`.
  Tensor forward(Tensor x, Tensor addend, AttentionBias bias, Backend host, Pass pass) {
    int B = x.shape().dim(0);
    int T = x.shape().dim(1);
    float scale = (float) (1 / Math.sqrt(D));
    return pass.freeing(
        x.shape(),
        () -> {
          Tensor projected = qkv.forward(x, pass);
          Tensor scores =
              distances == null ? bias.bias() : distances.bias(projected, B, T, scale, host, pass);
          Tensor out = pass.take(x.shape());
          pass.kernels()
              .attention()
              .attentionForward(
                  out, null, projected, scores, bias.padding(), null, scale, B, T, H, D);
          return proj.forwardAdd(out, addend, pass);
        });
  }

  Linear qkv() {
    return qkv;
  }

  Linear proj() {
    return proj;
  }
}
