package dev.d2v.model;

import dev.d2v.nn.Initializer;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.layer.AttentionBias;
import dev.d2v.nn.layer.DropPath;
import dev.d2v.nn.layer.Dropout;
import dev.d2v.nn.layer.FeedForward;
import dev.d2v.nn.layer.LayerNorm;
import dev.d2v.nn.layer.SelfAttention;
import dev.d2v.tensor.Tensor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A transformer block. x, y, t (B,T,C)
///
/// ```text
/// POST:          r = LN1(x + drop(Attn(x)))    t = MLP(r)        y = LN2(r + drop(t))
/// PRE:           h = x + drop(Attn(LN1 x))     t = MLP(LN2 h)    y = h + drop(t)
/// PRE_OFFICIAL:  h = x + drop(Attn(LN1 x))     t = MLP(LN2 h)    y = t + drop(t)
/// ```
///
/// `t`, the MLP's output before dropout, drop path and residual, is what targets are made of.
/// Source: the paper, section 3.2; fairseq `AltBlock`.
public final class TransformerBlock {
  private final NormPlacement placement;
  private final LayerNorm norm1;
  private final SelfAttention attention;
  private final LayerNorm norm2;
  private final FeedForward mlp;
  private final Dropout postMlpDropout;
  private final DropPath attentionPath;
  private final DropPath mlpPath;

  /// Declares `norm1`, `attn`, `norm2` and `mlp` under the scope.
  public TransformerBlock(ParameterScope scope, Data2Vec2Config config, double dropPath) {
    int C = config.embedDim();
    DropConfig drop = config.drop();
    this.placement = config.norm();
    this.norm1 = new LayerNorm(scope.child("norm1"), C, config.normEps(), config.normAffine());
    this.attention =
        new SelfAttention(
            scope.child("attn"),
            C,
            config.heads(),
            drop.attentionDropout(),
            drop.encoderDropout(),
            weight(config, C, 3 * C),
            Initializer.zeros());
    this.norm2 = new LayerNorm(scope.child("norm2"), C, config.normEps(), config.normAffine());
    this.mlp =
        new FeedForward(
            scope.child("mlp"),
            C,
            config.hidden(),
            drop.activationDropout(),
            weight(config, C, config.hidden()),
            Initializer.zeros());
    this.postMlpDropout = new Dropout(scope, drop.postMlpDropout());
    this.attentionPath = new DropPath(scope, dropPath);
    this.mlpPath = new DropPath(scope, dropPath);
  }

  private static Initializer weight(Data2Vec2Config config, int in, int out) {
    return config.maeInit() ? Initializer.xavier(in, out) : Initializer.bert();
  }

  /// y; `target`, when not null, is shown t while it is there: the residual sums are made in its
  /// place.
  public Tensor forward(
      Tensor x, AttentionBias bias, @Nullable Consumer<Tensor> target, Pass pass) {
    if (placement == NormPlacement.POST) {
      Tensor branch = attentionPath.forward(attention.forward(x, bias, pass), pass);
      Tensor r = norm1.forwardSum(x, branch, branch, pass);
      Tensor t = mlp.forward(r, pass);
      show(target, t);
      Tensor d = dropped(t, pass);
      return norm2.forwardSum(r, d, d, pass);
    }
    Tensor branch = attention.forward(norm1.forward(x, pass), bias, pass);
    Tensor h = addedTo(attentionPath.forward(branch, pass), x, pass);
    Tensor t = mlp.forward(norm2.forward(h, pass), pass);
    show(target, t);
    return addedTo(dropped(t, pass), placement == NormPlacement.PRE ? h : t, pass);
  }

  /// dx from dy, and from dt when t was used besides.
  public Tensor backward(Tensor dy, @Nullable Tensor dt, Pass pass) {
    if (placement == NormPlacement.POST) {
      Tensor sum2 = norm2.backward(dy, pass);
      Tensor dMlp = withTarget(droppedBackward(sum2, pass), dt, pass);
      Tensor dr = mlp.backwardAdd(dMlp, sum2, pass);
      Tensor sum1 = norm1.backward(dr, pass);
      return attention.backwardAdd(attentionPath.backward(sum1, pass), sum1, pass);
    }
    Tensor dMlp = withTarget(droppedBackward(dy, pass), dt, pass);
    Tensor dh;
    if (placement == NormPlacement.PRE) {
      dh = norm2.backwardAdd(mlp.backward(dMlp, pass), dy, pass);
    } else {
      dh = norm2.backward(mlp.backward(sum(dMlp, dy, pass), pass), pass);
    }
    Tensor dBranch = attention.backward(attentionPath.backward(dh, pass), pass);
    return norm1.backwardAdd(dBranch, dh, pass);
  }

  private Tensor dropped(Tensor t, Pass pass) {
    return mlpPath.forward(postMlpDropout.forward(t, pass), pass);
  }

  private Tensor droppedBackward(Tensor dy, Pass pass) {
    return postMlpDropout.backward(mlpPath.backward(dy, pass), pass);
  }

  private static Tensor withTarget(Tensor d, @Nullable Tensor dt, Pass pass) {
    return dt == null ? d : sum(d, dt, pass);
  }

  private static void show(@Nullable Consumer<Tensor> target, Tensor t) {
    if (target != null) {
      target.accept(t);
    }
  }

  private static Tensor sum(Tensor a, Tensor b, Pass pass) {
    Tensor y = pass.take(a.shape());
    pass.kernels().elementwise().add(y, a, b, y.size());
    return y;
  }

  /// `y += x`: what a branch of the block made is not needed without its residual.
  private static Tensor addedTo(Tensor y, Tensor x, Pass pass) {
    pass.kernels().elementwise().add(y, y, x, y.size());
    return y;
  }
}
