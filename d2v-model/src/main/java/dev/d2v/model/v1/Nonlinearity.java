package dev.d2v.model.v1;

import dev.d2v.nn.Pass;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.Activation;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What `hidden_act` and `feat_extract_activation` may name.
public enum Nonlinearity {
  /// `x Phi(x)`, the erf form.
  GELU(null, "gelu gelu_python"),
  /// The tanh form of GELU.
  GELU_TANH(Activation.GELU_TANH, "gelu_new gelu_fast gelu_pytorch_tanh gelu_accurate"),
  /// `x sigmoid(1.702 x)`.
  GELU_SIGMOID(Activation.GELU_SIGMOID, "quick_gelu"),
  /// `max(x, 0)`.
  RELU(Activation.RELU, "relu"),
  /// `x sigmoid(x)`.
  SILU(Activation.SILU, "silu swish"),
  /// `tanh(x)`.
  TANH(Activation.TANH, "tanh"),
  /// `1/(1 + exp(-x))`.
  SIGMOID(Activation.SIGMOID, "sigmoid"),
  /// x itself.
  LINEAR(null, "linear");

  private final @Nullable Activation kernel;
  private final String names;

  Nonlinearity(@Nullable Activation kernel, String names) {
    this.kernel = kernel;
    this.names = names;
  }

  /// The one of that name; fails with those that there are.
  static Nonlinearity named(String key, String name) {
    return Arrays.stream(values())
        .filter(n -> List.of(n.names.split(" ")).contains(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "%s = %s is not supported, only %s"
                    .formatted(
                        key,
                        name,
                        Arrays.stream(values())
                            .map(n -> n.names.replace(" ", ", "))
                            .collect(Collectors.joining(", ")))));
  }

  /// `x = f(x)`.
  void inPlace(Tensor x, Pass pass) {
    if (this == GELU) {
      pass.kernels().activation().geluForward(x, x, x.size());
    } else if (kernel != null) {
      pass.kernels().activation().activationForward(x, x, kernel, x.size());
    }
  }
}
