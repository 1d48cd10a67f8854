package dev.d2v.model.speech;

import dev.d2v.nn.Layer;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.layer.Gelu;
import dev.d2v.nn.layer.WeightNormConv1d;
import dev.d2v.tensor.Tensor;

/// Relative positions of frames as wav2vec 2.0 has them: one wide convolution, `y = gelu(conv(x))`,
/// its weight normalised for each place of its kernel. x, y (N,T,C)
///
/// [ConvPositions] are those of data2vec 2.0. Source: fairseq `make_conv_pos`.
public final class WeightNormPositions implements Layer {
  private final WeightNormConv1d conv;
  private final Gelu gelu = new Gelu();

  /// Declares `0`, the convolution.
  ///
  /// @param scope the encoder's `pos_conv`
  /// @param kernel frames that it sees; 128 in wav2vec 2.0
  /// @param groups groups of the convolution; 16 in wav2vec 2.0
  public WeightNormPositions(ParameterScope scope, int C, int kernel, int groups) {
    double std = Math.sqrt(4.0 / ((double) kernel * C));
    this.conv = new WeightNormConv1d(scope.child("0"), C, kernel, groups, std);
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    return pass.freeing(x.shape(), () -> gelu.forward(conv.forward(x, pass), pass));
  }

  @Override
  public Tensor backward(Tensor dy, Pass pass) {
    return pass.freeingAlways(dy.shape(), () -> conv.backward(gelu.backward(dy, pass), pass));
  }
}
