package dev.d2v.model;

import dev.d2v.nn.Pass;
import dev.d2v.tensor.Tensor;

/// The student's decoder: from seen tokens and noise in time order to predictions at every place. x
/// (R,T,C) -> (R,T,C) Source: the paper, section 3.3.
public sealed interface Decoder permits GroupedDecoder, SeparableDecoder, LinearDecoder {
  /// The predictions.
  Tensor forward(Tensor x, Pass pass);

  /// dx.
  Tensor backward(Tensor dy, Pass pass);
}
