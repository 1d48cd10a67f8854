package dev.d2v.model.v1;

import dev.d2v.nn.Initializer;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.layer.AttentionBias;
import dev.d2v.nn.layer.LayerNorm;
import dev.d2v.nn.layer.Linear;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.Backend;
import org.jspecify.annotations.Nullable;

/// A transformer layer for inference. x, y (B,T,C)
///
/// ```text
/// pre-norm (images):           h = x + Attn(LN1 x)        y = h + MLP(LN2 h)
/// post-norm (speech, text):    h = LN1(x + Attn(x))       y = LN2(h + MLP(h))
/// ```
///
/// The factors `lambda_1` and `lambda_2` of a layer scale are part of the last linear layer of each
/// branch: `lambda * (W z + b) = (lambda W) z + lambda b`.
final class EncoderLayer {
  private final boolean preNorm;
  private final Attention attention;
  private final LayerNorm norm1;
  private final Linear fc1;
  private final Linear fc2;
  private final LayerNorm norm2;
  private final Nonlinearity act;

  EncoderLayer(
      ParameterScope scope, LayerConfig c, boolean preNorm, @Nullable KeyDistances distances) {
    Initializer zeros = Initializer.zeros();
    this.preNorm = preNorm;
    this.attention = new Attention(scope.child("attention"), c, distances);
    this.norm1 = new LayerNorm(scope.child("norm1"), c.C(), c.eps(), true);
    this.fc1 = new Linear(scope.child("fc1"), c.C(), c.hidden(), zeros, zeros);
    this.fc2 = new Linear(scope.child("fc2"), c.hidden(), c.C(), zeros, zeros);
    this.norm2 = new LayerNorm(scope.child("norm2"), c.C(), c.eps(), true);
    this.act = c.act();
  }

  Tensor forward(Tensor x, AttentionBias bias, Backend host, Pass pass) {
    return pass.freeing(
        x.shape(),
        () -> {
          if (preNorm) {
            Tensor h = attention.forward(norm1.forward(x, pass), x, bias, host, pass);
            return mlp(norm2.forward(h, pass), h, pass);
          }
          Tensor h = norm1.forward(attention.forward(x, x, bias, host, pass), pass);
          return norm2.forward(mlp(h, h, pass), pass);
        });
  }

  private Tensor mlp(Tensor x, Tensor addend, Pass pass) {
    int hidden = fc1.bias().shape().dim(0);
    Tensor inner;
    if (act == Nonlinearity.GELU) {
      inner = fc1.forwardGelu(x, pass);
    } else {
      inner = fc1.forward(x, pass);
      act.inPlace(inner, pass);
    }
    return fc2.forwardAdd(inner.reshape(x.shape().dim(0), x.shape().dim(1), hidden), addend, pass);
  }

  /// Where a file keeps the layer.
  ///
  /// @param query weight and bias of this name
  /// @param key likewise
  /// @param value likewise
  /// @param proj behind the heads
  /// @param norm1 the first norm
  /// @param fc1 into the MLP
  /// @param fc2 out of it
  /// @param norm2 the second norm
  record Names(
      String query,
      String key,
      String value,
      String proj,
      String norm1,
      String fc1,
      String fc2,
      String norm2) {}

  /// Loads the layer; `scale1` and `scale2` name the factors of a layer scale.
  void load(
      WeightLoader file,
      Names names,
      boolean keyBias,
      @Nullable String scale1,
      @Nullable String scale2) {
    Linear qkv = attention.qkv();
    file.rows(
        qkv.weight(), names.query + ".weight", names.key + ".weight", names.value + ".weight");
    file.rows(
        qkv.bias(),
        names.query + ".bias",
        keyBias ? names.key + ".bias" : WeightLoader.ZEROS,
        names.value + ".bias");
    load(file, attention.proj(), names.proj, scale1);
    norm(file, norm1, names.norm1);
    load(file, fc1, names.fc1, null);
    load(file, fc2, names.fc2, scale2);
    norm(file, norm2, names.norm2);
  }

  static void load(WeightLoader file, Linear linear, String name, @Nullable String scale) {
    if (scale == null) {
      file.copy(linear.weight(), name + ".weight");
      file.copy(linear.bias(), name + ".bias");
    } else {
      file.scaled(linear.weight(), name + ".weight", scale);
      file.scaled(linear.bias(), name + ".bias", scale);
    }
  }

  static void norm(WeightLoader file, LayerNorm norm, String name) {
    if (norm.weight() != null && norm.bias() != null) {
      file.copy(norm.weight(), name + ".weight");
      file.copy(norm.bias(), name + ".bias");
    }
  }
}
