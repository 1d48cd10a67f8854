package dev.d2v.model.v1;

import dev.d2v.model.Observer;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.spi.Backend;

/// The encoder of one kind of input. It keeps nothing of a pass: many threads may use one.
sealed interface Encoder permits VisionEncoder, AudioEncoder, TextEncoder {
  /// The layers' output; shows `hidden_states.i` and, of speech, `extract_features`.
  Features forward(Input input, Backend host, Observer observer, Pass pass);

  /// Loads all parameters.
  void load(WeightLoader file);

  static IllegalArgumentException wrongInput(String expected, Input input) {
    return new IllegalArgumentException(
        "the model reads %s, got %s".formatted(expected, input.getClass().getSimpleName()));
  }
}
