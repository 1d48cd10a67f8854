package dev.d2v.model;

import dev.d2v.nn.Initializer;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.layer.Conv2d;
import dev.d2v.nn.layer.Gelu;
import dev.d2v.nn.layer.LayerNorm;
import dev.d2v.nn.layer.Linear;
import dev.d2v.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/// The decoder that other descriptions of data2vec 2.0 have: layers of `h = GELU(W depthwise(h)) [+
/// h]`, one layer norm at the end, then a linear layer to C channels.
///
/// Not what the official code does (see [GroupedDecoder]); a variant for comparison.
public final class SeparableDecoder implements Decoder {
  private static final double EPS = 1e-5;

  private final int height;
  private final int width;
  private final List<Stage> stages = new ArrayList<>();
  private final LayerNorm norm;
  private final Linear projection;

  private record Stage(Conv2d depthwise, Linear pointwise, Gelu gelu, boolean residual) {}

  /// Declares `blocks.i.depthwise`, `blocks.i.pointwise`, `norm` and `proj` under the scope.
  public SeparableDecoder(
      ParameterScope scope, DecoderConfig config, int C, int height, int width) {
    this.height = height;
    this.width = width;
    int in = C;
    for (int i = 0; i < config.layers(); i++) {
      int area = config.kernel() * (height == 0 ? 1 : config.kernel());
      ParameterScope block = scope.child("blocks." + i);
      stages.add(
          new Stage(
              new Conv2d(
                  block.child("depthwise"),
                  in,
                  in,
                  config.kernel(),
                  in,
                  height == 0,
                  Initializer.torchDefault(area),
                  Initializer.torchDefault(area)),
              new Linear(
                  block.child("pointwise"),
                  in,
                  config.dim(),
                  Initializer.torchDefault(in),
                  Initializer.torchDefault(in)),
              new Gelu(),
              config.residual() && in == config.dim()));
      in = config.dim();
    }
    this.norm = new LayerNorm(scope.child("norm"), in, EPS, true);
    this.projection =
        new Linear(
            scope.child("proj"), in, C, Initializer.torchDefault(in), Initializer.torchDefault(in));
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    int R = x.shape().dim(0);
    int T = x.shape().dim(1);
    Tensor h = grid(x);
    for (Stage s : stages) {
      Tensor y = s.gelu.forward(s.pointwise.forward(s.depthwise.forward(h, pass), pass), pass);
      h = s.residual ? sum(y, h, pass) : y;
    }
    Tensor out = projection.forward(norm.forward(h, pass), pass);
    return out.reshape(R, T, out.shape().dim(-1));
  }

  @Override
  public Tensor backward(Tensor dy, Pass pass) {
    int R = dy.shape().dim(0);
    int T = dy.shape().dim(1);
    Tensor d = norm.backward(projection.backward(grid(dy), pass), pass);
    for (int i = stages.size() - 1; i >= 0; i--) {
      Stage s = stages.get(i);
      Tensor dh = s.depthwise.backward(s.pointwise.backward(s.gelu.backward(d, pass), pass), pass);
      d = s.residual ? sum(dh, d, pass) : dh;
    }
    return d.reshape(R, T, d.shape().dim(-1));
  }

  private Tensor grid(Tensor x) {
    return height == 0 ? x : x.reshape(x.shape().dim(0), height, width, x.shape().dim(-1));
  }

  private static Tensor sum(Tensor a, Tensor b, Pass pass) {
    Tensor y = pass.take(a.shape());
    pass.kernels().elementwise().add(y, a, b, y.size());
    return y;
  }
}
