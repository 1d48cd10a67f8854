package dev.d2v.model;

import dev.d2v.nn.Initializer;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.layer.AttentionBias;
import dev.d2v.nn.layer.Dropout;
import dev.d2v.nn.layer.LayerNorm;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.Backend;
import org.jspecify.annotations.Nullable;

/// From tokens with positions to the input of the shared blocks: choose the tokens, put extra
/// tokens before them, then the prenet, `LN -> dropout -> P blocks`. X (B,T,C) -> (rows,E+V,C)
///
/// The norm and the dropout are there even when P = 0; pre-norm models have no norm here. Source:
/// fairseq `BlockEncoder`, `contextualized_features`.
public final class ContextEncoder implements AutoCloseable {
  private final int C;
  private final int E;
  private final @Nullable Parameter extraTokens;
  private final @Nullable LearnedAlibi alibi;
  private final @Nullable LayerNorm norm;
  private final Dropout dropout;
  private final BlockStack blocks;

  private record Saved(TokenIndex index, Shape input, LearnedAlibi.@Nullable Prepared alibi) {}

  /// What [#forward] gives: the tokens, and the attention biases that the shared blocks go on with.
  ///
  /// @param x (rows,E+V,C)
  /// @param alibi biases by layer, or null
  public record Context(Tensor x, LearnedAlibi.@Nullable Prepared alibi) {
    /// The bias of shared block `index` behind a prenet of `prenet` blocks.
    public AttentionBias bias(int index, int prenet) {
      return alibi == null ? AttentionBias.NONE : alibi.of(prenet + index);
    }
  }

  /// Declares `extra_tokens`, `alibi_scale` and `context_encoder` under the modality's scope.
  ///
  /// @param alibi the modality's biases, or null
  public ContextEncoder(
      ParameterScope scope,
      Data2Vec2Config config,
      boolean firstExtraTokenZero,
      @Nullable LearnedAlibi alibi) {
    ModalityConfig modality = config.modality();
    PrenetConfig prenet = modality.prenet();
    this.C = config.embedDim();
    this.E = modality.extraTokens();
    this.extraTokens =
        E == 0
            ? null
            : scope.parameter(
                "extra_tokens",
                Shape.of(1, E, C),
                new Initializer.NormalFrom(firstExtraTokenZero ? 1 : 0, 1, C));
    this.alibi = alibi;
    ParameterScope context = scope.child("context_encoder");
    this.norm =
        config.norm() == NormPlacement.POST
            ? new LayerNorm(context.child("norm"), C, config.normEps(), config.normAffine())
            : null;
    this.dropout = new Dropout(context, prenet.dropout());
    this.blocks =
        new BlockStack(
            context.child("blocks"),
            config,
            prenet.depth(),
            prenet.layerDrop(),
            prenet.startDropPath(),
            prenet.endDropPath());
  }

  /// Puts constant tables on the backend.
  public void bind(Backend backend) {
    if (alibi != null) {
      alibi.bind(backend);
    }
  }

  /// The context of the tokens that `index` chooses from x.
  public Context forward(Tensor x, TokenIndex index, Pass pass) {
    int n = index.rows() * index.tokens();
    Tensor y = pass.take(index.rows(), index.tokens(), C);
    pass.kernels()
        .gather()
        .gatherRows(y, x, extraTokens == null ? null : extraTokens.compute(), index.gather(), n, C);
    int biasRows = index.uniform() && !pass.training() ? 1 : index.rows();
    LearnedAlibi.Prepared prepared =
        alibi == null ? null : alibi.forward(index.time(), biasRows, index.tokens(), pass);
    pass.save(this, new Saved(index, x.shape(), prepared));
    if (norm != null) {
      y = norm.forward(y, pass);
    }
    y = dropout.forward(y, pass);
    Context context = new Context(y, prepared);
    Tensor out = blocks.forward(y, 0, i -> context.bias(i, 0), (i, t, output) -> {}, pass);
    return new Context(out, prepared);
  }

  /// dX (B,T,C) from the gradient of the context.
  public Tensor backward(Tensor dy, Pass pass) {
    Tensor d = dropout.backward(blocks.backward(dy, pass), pass);
    if (norm != null) {
      d = norm.backward(d, pass);
    }
    Saved s = pass.restore(this, Saved.class);
    if (alibi != null && s.alibi != null) {
      alibi.backward(s.alibi, pass);
    }
    Tensor dx = pass.take(s.input);
    pass.kernels()
        .gather()
        .scatterRows(
            dx,
            extraTokens == null ? null : extraTokens.gradient(),
            d,
            s.index.gather(),
            s.index.rows() * s.index.tokens(),
            s.input.rows(),
            E,
            C);
    return dx;
  }

  @Override
  public void close() {
    if (alibi != null) {
      alibi.close();
    }
  }
}
