package dev.d2v.export;

import dev.d2v.export.onnx.Ops;
import dev.d2v.export.onnx.Value;
import dev.d2v.model.v1.Nonlinearity;

/// Element-wise functions as operators.
final class Activations {
  private static final float GELU_SIGMOID = 1.702f;

  private Activations() {}

  static Value of(Ops ops, Nonlinearity act, Value x) {
    return switch (act) {
      case GELU -> ops.gelu(x, false);
      case GELU_TANH -> ops.gelu(x, true);
      case GELU_SIGMOID -> ops.mul(x, ops.apply("Sigmoid", ops.mul(x, ops.real(GELU_SIGMOID))));
      case RELU -> ops.apply("Relu", x);
      case SILU -> ops.mul(x, ops.apply("Sigmoid", x));
      case TANH -> ops.apply("Tanh", x);
      case SIGMOID -> ops.apply("Sigmoid", x);
      case LINEAR -> x;
    };
  }
}
