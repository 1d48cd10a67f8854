package dev.d2v.nn.layer;

import dev.d2v.nn.Initializer;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;

/// `y[b,t] = W patch(b,t) + b`: an image cut into P x P patches, each projected to a token. The
/// same as a convolution with kernel and stride P.
///
/// Where: image (B,channels,H,W), y (B,T,C), T = (H/P)*(W/P), token t = row * (W/P) + column,
/// `weight` W (C,channels,P,P), `bias` b (C). It is no [dev.d2v.nn.Layer]: an image has no
/// gradient.
public final class PatchEmbedding {
  private record Saved(Tensor patches) {}

  private final Parameter weight;
  private final Parameter bias;
  private final int channels;
  private final int patch;
  private final int C;

  /// Declares `weight` and `bias` in the scope.
  public PatchEmbedding(
      ParameterScope scope, int channels, int patch, int C, Initializer weight, Initializer bias) {
    this.weight = scope.parameter("weight", Shape.of(C, channels, patch, patch), weight);
    this.bias = scope.parameter("bias", Shape.of(C), bias);
    this.channels = channels;
    this.patch = patch;
    this.C = C;
  }

  /// The tokens.
  public Tensor forward(Tensor image, Pass pass) {
    Shape s = image.shape();
    if (s.rank() != 4 || s.dim(1) != channels || s.dim(2) % patch != 0 || s.dim(3) % patch != 0) {
      throw new IllegalArgumentException(
          "%s: expected images of shape (B,%d,H,W) with H and W multiples of %d, got %s"
              .formatted(weight.name(), channels, patch, s));
    }
    int B = s.dim(0);
    int T = s.dim(2) / patch * (s.dim(3) / patch);
    int K = channels * patch * patch;
    Tensor y = pass.take(B, T, C);
    try (var _ = pass.temporaries()) {
      Tensor patches = pass.take(B * T, K);
      pass.kernels().conv().patches(patches, image, false, B, channels, s.dim(2), s.dim(3), patch);
      pass.kernels()
          .matmul()
          .matmulNT(y, patches, weight.compute(), bias.compute(), null, B * T, C, K);
      pass.save(this, new Saved(patches));
    }
    return y;
  }

  /// `dW += dy^T patches`, `db += sum of dy`.
  public void backwardParameters(Tensor dy, Pass pass) {
    int rows = Rows.of(dy, C, "gradient of " + weight.name());
    Saved s = pass.restore(this, Saved.class);
    Tensor db = bias.hasGradient() ? bias.gradient() : null;
    if (weight.hasGradient()) {
      int K = channels * patch * patch;
      pass.kernels().matmul().matmulTN(weight.gradient(), db, dy, s.patches, C, K, rows);
    } else if (db != null) {
      pass.kernels().elementwise().sumRows(db, dy, rows, 1, C);
    }
  }

  /// W (C,channels,P,P).
  public Parameter weight() {
    return weight;
  }

  /// b (C).
  public Parameter bias() {
    return bias;
  }
}
