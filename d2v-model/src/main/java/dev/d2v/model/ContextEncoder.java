package dev.d2v.model;

import dev.d2v.model.speech.ConvPositions;
import dev.d2v.model.text.TextConfig;
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
/// The norm and the dropout are there even when P = 0, but for text; pre-norm models have no norm
/// here. Source: fairseq `BlockEncoder`, `contextualized_features`.
public final class ContextEncoder implements AutoCloseable {
  private final int C;
  private final int E;
  private final @Nullable Parameter extraTokens;
  private final @Nullable LearnedAlibi alibi;
  private final @Nullable LayerNorm norm;
  private final Dropout dropout;
  private final BlockStack blocks;
  private final @Nullable ConvPositions relative;
  private final double maskNoise;
  private final int noiseStream;

  private record Saved(TokenIndex index, Shape input, LearnedAlibi.@Nullable Prepared alibi) {}

  /// What [#forward] gives: the tokens, and the attention biases that the shared blocks go on with.
  ///
  /// @param x (rows,E+V,C)
  /// @param alibi biases by layer, or null
  /// @param padding (rows,E+V) I32, 1 = padded, or null
  public record Context(Tensor x, LearnedAlibi.@Nullable Prepared alibi, @Nullable Tensor padding) {
    /// The bias of shared block `index` behind a prenet of `prenet` blocks.
    public AttentionBias bias(int index, int prenet) {
      AttentionBias bias = alibi == null ? AttentionBias.NONE : alibi.of(prenet + index);
      return padding == null ? bias : new AttentionBias(bias.bias(), padding, bias.dbias());
    }
  }

  /// Declares `extra_tokens`, `alibi_scale` and `context_encoder` under the modality's scope.
  ///
  /// @param alibi the modality's biases, or null
  /// @param relative positions computed from the tokens themselves, or null
  public ContextEncoder(
      ParameterScope scope,
      Data2Vec2Config config,
      ModalityConfig modality,
      @Nullable LearnedAlibi alibi,
      @Nullable ConvPositions relative) {
    PrenetConfig prenet = modality.prenet();
    this.relative = relative;
    this.maskNoise = modality.zeroMasked() ? 0 : modality.mask().noiseStd();
    this.noiseStream = maskNoise > 0 ? scope.stream() : 0;
    this.C = config.embedDim();
    this.E = modality.extraTokens();
    this.extraTokens =
        E == 0
            ? null
            : scope.parameter(
                "extra_tokens",
                Shape.of(1, E, C),
                new Initializer.NormalFrom(modality.extraTokensZero() ? 1 : 0, 1, C));
    this.alibi = alibi;
    ParameterScope context = scope.child("context_encoder");
    boolean opens = modality.prenet().depth() > 0 || !(modality instanceof TextConfig);
    this.norm =
        config.norm() == NormPlacement.POST && opens
            ? new LayerNorm(context.child("norm"), C, config.normEps(), config.normAffine())
            : null;
    this.dropout = new Dropout(context, opens ? prenet.dropout() : 0);
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

  /// Whether positions are computed from the tokens, so that masked rows are needed as a whole.
  public boolean relative() {
    return relative != null;
  }

  /// The context of the tokens that `index` chooses from X (B,T,C).
  public Context forward(Tensor X, TokenIndex index, Pass pass, Observer observer) {
    int n = index.rows() * index.tokens();
    TokenIndex.Whole whole = relative == null ? null : index.whole();
    Tensor x = X;
    if (relative != null && whole == null) {
      x = pass.take(X.shape());
      pass.kernels().elementwise().add(x, X, relative.forward(X, pass), x.size());
    }
    Tensor y = pass.take(index.rows(), index.tokens(), C);
    pass.kernels()
        .gather()
        .gatherRows(y, x, extraTokens == null ? null : extraTokens.compute(), index.gather(), n, C);
    if (relative != null && whole != null) {
      addRelative(y, X, relative, index, whole, pass, observer);
    }
    int biasRows = index.uniform() && !pass.training() ? 1 : index.rows();
    LearnedAlibi.Prepared prepared =
        alibi == null ? null : alibi.forward(index.time(), biasRows, index.tokens(), pass);
    pass.save(this, new Saved(index, X.shape(), prepared));
    if (norm != null) {
      y = norm.forward(y, pass);
    }
    y = dropout.forward(y, pass);
    Context context = new Context(y, prepared, index.padding());
    Tensor out = blocks.forward(y, 0, i -> context.bias(i, 0), (i, t, output) -> {}, pass);
    return new Context(out, prepared, index.padding());
  }

  /// `y += P` at the chosen tokens, P (R,T,C) the positions of each row with its masked tokens
  /// blanked.
  private void addRelative(
      Tensor y,
      Tensor X,
      ConvPositions relative,
      TokenIndex index,
      TokenIndex.Whole whole,
      Pass pass,
      Observer observer) {
    int T = X.shape().dim(1);
    int R = index.rows();
    Tensor noise = null;
    if (maskNoise > 0) {
      noise = pass.take(Math.max(1, whole.masked()), C);
      pass.kernels()
          .random()
          .fillNormal(noise, pass.step().numbers(), noiseStream, (float) maskNoise, noise.size());
    }
    Tensor blanked = pass.take(R, T, C);
    pass.kernels().gather().gatherRows(blanked, X, noise, whole.source(), R * T, C);
    Tensor P = relative.forward(blanked, pass);
    observer.see("conv_pos", P);
    int n = R * index.tokens();
    Tensor chosen = pass.take(y.shape());
    pass.kernels().gather().gatherRows(chosen, P, null, whole.places(), n, C);
    pass.kernels().elementwise().add(y, y, chosen, y.size());
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
    Tensor dX = pass.take(s.input);
    try (var _ = pass.workspace().mark()) {
      int n = s.index.rows() * s.index.tokens();
      Tensor dExtra = extraTokens == null ? null : extraTokens.gradient();
      pass.kernels().gather().scatterRows(dX, dExtra, d, s.index.gather(), n, s.input.rows(), E, C);
      if (relative != null) {
        Tensor more = relativeBackward(d, dX, relative, s, pass);
        pass.kernels().elementwise().add(dX, dX, more, dX.size());
      }
    }
    return dX;
  }

  /// What reaches X through its relative positions.
  private Tensor relativeBackward(Tensor d, Tensor dx, ConvPositions relative, Saved s, Pass pass) {
    TokenIndex.Whole whole = s.index.whole();
    if (whole == null) {
      return relative.backward(dx, pass);
    }
    int T = s.input.dim(1);
    int places = s.index.rows() * T;
    Tensor dP = pass.take(s.index.rows(), T, C);
    pass.kernels().gather().gatherRows(dP, d, null, whole.seats(), places, C);
    Tensor dBlanked = relative.backward(dP, pass);
    Tensor more = pass.take(s.input);
    pass.kernels()
        .gather()
        .scatterRows(more, null, dBlanked, whole.source(), places, s.input.rows(), 0, C);
    return more;
  }

  @Override
  public void close() {
    if (alibi != null) {
      alibi.close();
    }
  }
}
