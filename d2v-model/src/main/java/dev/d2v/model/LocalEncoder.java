package dev.d2v.model;

import dev.d2v.nn.Pass;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.Backend;

/// What turns a modality's raw input into tokens.
public interface LocalEncoder extends AutoCloseable {
  /// The local features F (B,T,C), before positions of the whole model.
  Tensor forward(Source source, Pass pass);

  /// Adds to the parameters' gradients, given that of F.
  void backward(Tensor dF, Pass pass);

  /// Puts constant tables on the backend, where there are any.
  default void bind(Backend backend) {}

  @Override
  default void close() {}
}
