package dev.d2v.model;

import dev.d2v.nn.Pass;
import dev.d2v.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// Makes the targets of one teacher pass from what its blocks show.
///
/// `Y = final( 1/K * sum over the last K blocks of perLayer(t_l) )`, the norms as [TargetConfig]
/// lists them. t (B,E+T,C) Y (B,T,C) Source: the paper, section 3.2; fairseq `make_targets`.
public final class Targets {
  static final float EPS = 1e-5f;

  private final TargetConfig config;
  private final int firstLayer;
  private final int B;
  private final int T;
  private final int C;
  private final @Nullable Tensor stripIndex;
  private final Tensor sum;
  private final Pass pass;
  private final Observer observer;

  /// Starts with a sum of zero.
  ///
  /// @param depth L, number of shared blocks
  /// @param stripIndex rows of t (B*(E+T),C) that are tokens, or null when there are no extra
  ///   tokens
  public Targets(
      TargetConfig config,
      int depth,
      int B,
      int T,
      int C,
      @Nullable Tensor stripIndex,
      Pass pass,
      Observer observer) {
    this.config = config;
    this.firstLayer = depth - config.topLayers();
    this.B = B;
    this.T = T;
    this.C = C;
    this.stripIndex = stripIndex;
    this.pass = pass;
    this.observer = observer;
    this.sum = pass.take(B, T, C);
    pass.kernels().elementwise().fill(sum, 0, sum.size());
  }

  /// Takes what block `index` shows: its MLP output, or its output.
  public void add(int index, Tensor shown, boolean output) {
    if (output != config.endOfBlock()) {
      return;
    }
    try (var _ = pass.workspace().mark()) {
      Tensor t = strip(shown);
      observer.see("teacher_layer." + index, t);
      if (index >= firstLayer) {
        Tensor y = layerNorms(t);
        pass.kernels().elementwise().axpy(sum, y, 1f / config.topLayers(), sum.size());
      }
    }
  }

  private Tensor strip(Tensor shown) {
    if (stripIndex == null) {
      return shown;
    }
    Tensor t = pass.take(B, T, C);
    pass.kernels().gather().gatherRows(t, shown, null, stripIndex, B * T, C);
    return t;
  }

  private Tensor layerNorms(Tensor t) {
    Tensor y = t;
    if (config.batchNormLayer()) {
      y = instanceNorm(y, 1, B * T);
    }
    if (config.instanceNormLayer()) {
      y = instanceNorm(y, B, T);
    }
    return config.layerNormLayer() ? layerNorm(y) : y;
  }

  /// The targets Y (B,T,C).
  public Tensor finish() {
    Tensor y = config.layerNorm() ? layerNorm(sum) : sum;
    y = config.instanceNorm() ? instanceNorm(y, B, T) : y;
    observer.see("targets", y);
    return y;
  }

  private Tensor instanceNorm(Tensor x, int samples, int time) {
    Tensor y = pass.take(B, T, C);
    pass.kernels().norm().instanceNormForward(y, x, EPS, samples, time, C);
    return y;
  }

  private Tensor layerNorm(Tensor x) {
    Tensor y = pass.take(B, T, C);
    pass.kernels().norm().layerNormForward(y, null, null, x, null, null, EPS, B * T, C);
    return y;
  }
}
