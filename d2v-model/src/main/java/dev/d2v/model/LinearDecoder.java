package dev.d2v.model;

import dev.d2v.nn.Initializer;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.layer.Gelu;
import dev.d2v.nn.layer.Linear;
import dev.d2v.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/// Linear layers with GELU between them, each place alone: the end of [GroupedDecoder], and all
/// that data2vec 1.0 has. x (...,in) -> (...,C)
///
/// Source: fairseq `Decoder1d.proj`; `final_proj`, `regression_head` of data2vec 1.0.
public final class LinearDecoder implements Decoder {
  private final List<Linear> layers = new ArrayList<>();
  private final Gelu gelu = new Gelu();

  /// Declares `proj`, or `proj.0`, `proj.2`, ... when there are several, under the scope.
  ///
  /// @param in channels of the input
  public LinearDecoder(
      ParameterScope scope, DecoderConfig config, int in, int C, GroupedDecoder.Init init) {
    int inner = (int) (config.dim() * config.projectionRatio());
    int count = config.projectionLayers();
    for (int i = 0; i < count; i++) {
      String name = count == 1 ? "proj" : "proj." + 2 * i;
      layers.add(linear(scope.child(name), i == 0 ? in : inner, i == count - 1 ? C : inner, init));
    }
  }

  private static Linear linear(ParameterScope scope, int in, int out, GroupedDecoder.Init init) {
    return switch (init) {
      case TORCH ->
          new Linear(scope, in, out, Initializer.torchDefault(in), Initializer.torchDefault(in));
      case BERT -> new Linear(scope, in, out, Initializer.bert(), Initializer.zeros());
      case XAVIER -> new Linear(scope, in, out, Initializer.xavier(in, out), Initializer.zeros());
    };
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    Tensor y = layers.getFirst().forward(x, pass);
    for (Linear layer : layers.subList(1, layers.size())) {
      y = layer.forward(gelu.forward(y, pass), pass);
    }
    return y;
  }

  @Override
  public Tensor backward(Tensor dy, Pass pass) {
    Tensor d = dy;
    for (int i = layers.size() - 1; i > 0; i--) {
      d = gelu.backward(layers.get(i).backward(d, pass), pass);
    }
    return layers.getFirst().backward(d, pass);
  }
}
