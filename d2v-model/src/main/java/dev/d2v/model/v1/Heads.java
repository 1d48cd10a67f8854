package dev.d2v.model.v1;

import dev.d2v.model.TokenMean;
import dev.d2v.nn.Initializer;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.layer.LayerNorm;
import dev.d2v.nn.layer.Linear;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.Activation;
import dev.d2v.tensor.spi.Backend;
import org.jspecify.annotations.Nullable;

/// The pooler and the layers that make logits.
final class Heads {
  private final Data2Vec1Config config;
  private final @Nullable LayerNorm poolerNorm;
  private final @Nullable Linear poolerDense;
  private final @Nullable Linear dense;
  private final @Nullable LayerNorm norm;
  private final @Nullable Linear out;

  /// The bias of a vocabulary whose weights are the table of tokens.
  private final @Nullable Parameter outBias;

  Heads(ParameterScope scope, Data2Vec1Config config, boolean pooler) {
    this.config = config;
    int C = config.layers().C();
    double eps = config.layers().eps();
    this.poolerNorm =
        pooler && config instanceof VisionConfig v && v.meanPooling()
            ? new LayerNorm(scope.child("pooler.norm"), C, eps, true)
            : null;
    this.poolerDense =
        pooler && config instanceof TextConfig ? linear(scope, "pooler.dense", C, C) : null;
    int labels = config.labels();
    this.dense =
        switch (config.head()) {
          case AUDIO_CLASSES -> linear(scope, "dense", C, ((AudioConfig) config).projection());
          case MASKED_TOKENS, TEXT_CLASSES -> linear(scope, "dense", C, C);
          default -> null;
        };
    this.norm =
        config.head() == Head.MASKED_TOKENS
            ? new LayerNorm(scope.child("head.norm"), C, eps, true)
            : null;
    boolean tied =
        config.head() == Head.MASKED_TOKENS && config instanceof TextConfig t && t.tied();
    int in = config.head() == Head.AUDIO_CLASSES ? ((AudioConfig) config).projection() : C;
    this.out = labels == 0 || tied ? null : linear(scope, "out", in, labels);
    this.outBias = tied ? scope.parameter("out_bias", Shape.of(labels), Initializer.zeros()) : null;
  }

  private static Linear linear(ParameterScope scope, String name, int in, int out) {
    return new Linear(scope.child(name).exact(), in, out, Initializer.zeros(), Initializer.zeros());
  }

  void load(WeightLoader file) {
    if (poolerNorm != null) {
      EncoderLayer.norm(file, poolerNorm, "pooler.layernorm");
    }
    if (poolerDense != null) {
      EncoderLayer.load(file, poolerDense, "pooler.dense", null);
    }
    switch (config.head()) {
      case NONE -> {}
      case CTC -> load(file, out, "lm_head");
      case IMAGE_CLASSES, FRAME_CLASSES, TOKEN_CLASSES -> load(file, out, "classifier");
      case AUDIO_CLASSES -> {
        load(file, dense, "projector");
        load(file, out, "classifier");
      }
      case TEXT_CLASSES -> {
        load(file, dense, "classifier.dense");
        load(file, out, "classifier.out_proj");
      }
      case MASKED_TOKENS -> {
        load(file, dense, "lm_head.dense");
        if (norm != null) {
          EncoderLayer.norm(file, norm, "lm_head.layer_norm");
        }
        // One bias, written under two names.
        String bias = file.has("lm_head.bias") ? "lm_head.bias" : "lm_head.decoder.bias";
        if (out == null) {
          file.ignore("lm_head.decoder.weight");
        } else {
          file.copy(out.weight(), "lm_head.decoder.weight");
          file.copy(out.bias(), bias);
        }
        if (outBias != null) {
          file.copy(outBias, bias);
        }
        file.ignore("lm_head.decoder.bias");
      }
    }
  }

  private static void load(WeightLoader file, @Nullable Linear linear, String name) {
    if (linear != null) {
      EncoderLayer.load(file, linear, name, null);
    }
  }

  /// `pooler_output` (B,C), or null when there is no pooler.
  @Nullable Tensor pooled(Features f, Backend host, Pass pass) {
    if (poolerNorm != null) {
      TokenMean mean = TokenMean.of(null, 1, f.samples(), f.tokens(), host, pass);
      return poolerNorm.forward(mean.of(f.last(), pass), pass);
    }
    if (poolerDense != null) {
      return tanh(poolerDense.forward(first(f.last(), host, pass), pass), pass);
    }
    return config instanceof VisionConfig v && !v.meanPooling()
        ? first(f.last(), host, pass)
        : null;
  }

  /// `logits`, (B,labels) or (B,T,labels). `words` is the table of tokens.
  Tensor logits(Features f, @Nullable Parameter words, Backend host, Pass pass) {
    Tensor x = f.mixed();
    return switch (config.head()) {
      case NONE -> throw new IllegalStateException("the model has no head that makes logits");
      case IMAGE_CLASSES -> {
        Tensor pooled = pooled(f, host, pass);
        yield there(out).forward(pooled == null ? first(x, host, pass) : pooled, pass);
      }
      case CTC -> there(out).forward(f.last(), pass);
      case FRAME_CLASSES, TOKEN_CLASSES -> there(out).forward(x, pass);
      case AUDIO_CLASSES -> {
        Tensor projected = there(dense).forward(x, pass);
        TokenMean mean = TokenMean.of(f.padding(), f.samples(), f.tokens(), host, pass);
        yield there(out).forward(mean.of(projected, pass), pass);
      }
      case TEXT_CLASSES ->
          there(out).forward(tanh(there(dense).forward(first(x, host, pass), pass), pass), pass);
      case MASKED_TOKENS -> maskedTokens(x, words, pass);
    };
  }

  private Tensor maskedTokens(Tensor x, @Nullable Parameter words, Pass pass) {
    Tensor h = there(dense).forward(x, pass);
    pass.kernels().activation().geluForward(h, h, h.size());
    h = there(norm).forward(h, pass);
    if (outBias == null || words == null) {
      return there(out).forward(h, pass);
    }
    Tensor y = pass.take(x.shape().dim(0), x.shape().dim(1), config.labels());
    Linear.product(y, h, words, outBias.compute(), null, x.shape().rows(), pass);
    return y;
  }

  private static <L> L there(@Nullable L layer) {
    if (layer == null) {
      throw new IllegalStateException("the head lacks a layer");
    }
    return layer;
  }

  private static Tensor tanh(Tensor x, Pass pass) {
    pass.kernels().activation().activationForward(x, x, Activation.TANH, x.size());
    return x;
  }

  /// The first token of each sample (B,C).
  private static Tensor first(Tensor x, Backend host, Pass pass) {
    int B = x.shape().dim(0);
    int T = x.shape().dim(1);
    int C = x.shape().dim(2);
    int[] rows = new int[B];
    java.util.Arrays.setAll(rows, b -> b * T);
    Tensor index = pass.workspace().take(Shape.of(B), DType.I32);
    host.upload(index, rows);
    Tensor y = pass.take(B, C);
    pass.kernels().gather().gatherRows(y, x, null, index, B, C);
    return y;
  }
}
