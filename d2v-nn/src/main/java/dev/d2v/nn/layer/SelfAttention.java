package dev.d2v.nn.layer;

import dev.d2v.nn.Initializer;
import dev.d2v.nn.Layer;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// Multi-head self-attention: `q, k, v = x W^T + b`, per head `S = q k^T / sqrt(D) + bias`, `o =
/// dropout(softmax(S)) v`, `y = dropout(o Wo^T + bo)`.
///
/// Where: x, y (B,T,C), H heads of D = C/H channels, S (B,H,T,T), `qkv` W (3C,C) and b (3C) with
/// the rows of q, k and v in this order, `proj` Wo (C,C) and bo (C).
public final class SelfAttention implements Layer {
  private record Saved(Tensor qkv, Tensor out, Tensor lse, AttentionBias bias) {}

  private final Linear qkv;
  private final int dropoutStream;
  private final double attentionDropout;
  private final Linear proj;
  private final Dropout drop;
  private final int C;
  private final int H;
  private final int D;
  private final float scale;

  /// Declares `qkv.weight`, `qkv.bias`, `proj.weight`, `proj.bias` in the scope.
  public SelfAttention(
      ParameterScope scope,
      int C,
      int heads,
      double attentionDropout,
      double projectionDropout,
      Initializer weight,
      Initializer bias) {
    if (heads < 1 || C % heads != 0) {
      throw new IllegalArgumentException(
          "attention: %d heads must divide %d channels".formatted(heads, C));
    }
    if (!(attentionDropout >= 0 && attentionDropout < 1)) {
      throw new IllegalArgumentException(
          "attention: the dropout must be in [0,1), got " + attentionDropout);
    }
    this.qkv = new Linear(scope.child("qkv"), C, 3 * C, weight, bias);
    this.dropoutStream = scope.stream();
    this.attentionDropout = attentionDropout;
    this.proj = new Linear(scope.child("proj"), C, C, weight, bias);
    this.drop = new Dropout(scope, projectionDropout);
    this.C = C;
    this.H = heads;
    this.D = C / heads;
    this.scale = (float) (1 / Math.sqrt(D));
  }

  /// The output without bias or padding.
  @Override
  public Tensor forward(Tensor x, Pass pass) {
    return forward(x, null, AttentionBias.NONE, pass);
  }

  /// The output, before any residual sum.
  public Tensor forward(Tensor x, AttentionBias bias, Pass pass) {
    return forward(x, null, bias, pass);
  }

  /// The output plus addend: the residual sum, folded into the projection where no dropout stands
  /// between. addend like x
  public Tensor forwardAdd(Tensor x, Tensor addend, AttentionBias bias, Pass pass) {
    return forward(x, addend, bias, pass);
  }

  private Tensor forward(Tensor x, @Nullable Tensor addend, AttentionBias bias, Pass pass) {
    int B = samples(x);
    int T = x.shape().dim(1);
    bias.check(B, T, H);
    Tensor y = pass.take(x.shape());
    try (var _ = pass.temporaries()) {
      Tensor projected = qkv.forward(x, pass);
      Tensor out = pass.take(x.shape());
      Tensor lse = pass.takeSaved(B, H, T);
      pass.kernels()
          .attention()
          .attentionForward(
              out,
              lse,
              projected,
              bias.bias(),
              bias.padding(),
              pass.dropout(dropoutStream, attentionDropout),
              scale,
              B,
              T,
              H,
              D);
      boolean dropping = drop.active(pass);
      proj.into(y, out, dropping ? null : addend, pass);
      drop.inPlace(y, pass);
      if (dropping && addend != null) {
        pass.kernels().elementwise().add(y, y, addend, y.size());
      }
      if (lse != null) {
        pass.save(this, new Saved(projected, out, lse, bias));
      }
    }
    return y;
  }

  /// `P = softmax(S)`: `dV = P^T do`, `dP = do V^T`, `dS = P * (dP - rowsum(do * o))`, `dQ = dS K /
  /// sqrt(D)`, `dK = dS^T Q / sqrt(D)`, between the backwards of the two linear layers. The
  /// addend's gradient is dy itself.
  @Override
  public Tensor backward(Tensor dy, Pass pass) {
    return backward(dy, null, pass);
  }

  /// [#backward] plus addend: the gradient of another use of the input. addend like dy
  public Tensor backwardAdd(Tensor dy, Tensor addend, Pass pass) {
    return backward(dy, addend, pass);
  }

  private Tensor backward(Tensor dy, @Nullable Tensor addend, Pass pass) {
    Saved s = pass.restore(this, Saved.class);
    Tensor dx = pass.take(dy.shape());
    try (var _ = pass.workspace().mark()) {
      Tensor dprojected = pass.take(s.qkv.shape());
      try (var _ = pass.workspace().mark()) {
        Tensor dout = proj.backward(drop.backward(dy, pass), pass);
        attentionBackward(dprojected, dout, s, pass);
      }
      qkv.backwardInto(dx, dprojected, addend, pass);
    }
    return dx;
  }

  private void attentionBackward(Tensor dprojected, Tensor dout, Saved s, Pass pass) {
    int B = samples(dout);
    int T = dout.shape().dim(1);
    Tensor dbias = s.bias.dbias();
    Tensor dscores = dbias == null ? null : pass.take(B, H, T, T);
    pass.kernels()
        .attention()
        .attentionBackward(
            dprojected,
            dscores,
            dout,
            s.qkv,
            s.out,
            s.lse,
            s.bias.bias(),
            s.bias.padding(),
            pass.dropout(dropoutStream, attentionDropout),
            scale,
            B,
            T,
            H,
            D);
    if (dscores != null && dbias != null) {
      int samples = dbias.shape().dim(0);
      for (int b = 0; b < B; b += samples) {
        Tensor part = dscores.slice(b, b + samples);
        pass.kernels().elementwise().axpy(dbias, part, 1, part.size());
      }
    }
  }

  private int samples(Tensor x) {
    if (x.shape().rank() != 3 || x.shape().dim(2) != C) {
      throw new IllegalArgumentException(
          "%s: expected an input of shape (B,T,%d), got %s"
              .formatted(qkv.weight().name(), C, x.shape()));
    }
    return x.shape().dim(0);
  }

  /// The layer that gives queries, keys and values.
  public Linear qkv() {
    return qkv;
  }

  /// The layer after the heads.
  public Linear proj() {
    return proj;
  }
}
