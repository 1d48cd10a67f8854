package dev.d2v.model;

import dev.d2v.nn.Pass;
import dev.d2v.tensor.Tensor;

/// What turns a modality's raw input into tokens.
public interface LocalEncoder {
  /// The local features F (B,T,C), before positions.
  Tensor forward(Tensor source, Pass pass);

  /// Adds to the parameters' gradients, given that of F.
  void backward(Tensor dF, Pass pass);
}
