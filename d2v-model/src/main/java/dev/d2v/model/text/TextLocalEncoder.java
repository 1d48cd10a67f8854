package dev.d2v.model.text;

import dev.d2v.model.LocalEncoder;
import dev.d2v.model.PositionTables;
import dev.d2v.model.Source;
import dev.d2v.nn.Initializer;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.layer.Dropout;
import dev.d2v.nn.layer.Embedding;
import dev.d2v.nn.layer.LayerNorm;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.Backend;
import dev.d2v.tensor.spi.MemoryBlock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Token ids as tokens, `F = dropout(LN(scale * tokens[id] + positions[place]))`. source (2,B,T)
/// I32, made by [TextEmbeddings#indices] -> F (B,T,C)
///
/// Padding has rows of its own in both tables, which are read but not trained. Derivation:
/// docs/derivations/embedding.md; fairseq `TextLocalEncoder`.
public final class TextLocalEncoder implements LocalEncoder {
  private static final double EPS = 1e-5;

  private final TextEmbeddings config;
  private final int C;
  private final double gradientFactor;
  private final Embedding tokens;
  private final @Nullable Embedding positions;
  private final @Nullable LayerNorm norm;
  private final Dropout dropout;
  private @Nullable MemoryBlock block;
  private @Nullable Tensor sinusoids;

  /// Declares `local_encoder.embed_tokens`, `.embed_positions` when they are learned, and
  /// `.layernorm_embedding` under the modality's scope.
  ///
  /// @param localGradMult what multiplies the gradient that arrives, in [0,1]
  public TextLocalEncoder(
      ParameterScope scope, TextEmbeddings config, int C, double localGradMult) {
    if (!(localGradMult >= 0 && localGradMult <= 1)) {
      throw new IllegalArgumentException(
          "text: localGradMult must be in [0,1], got " + localGradMult);
    }
    if (config.positions() == TextEmbeddings.Positions.SINUSOIDAL && C < 4) {
      throw new IllegalArgumentException(
          "text: sines and cosines of several frequencies need at least 4 channels, got " + C);
    }
    ParameterScope at = scope.child("local_encoder").trainedBy(localGradMult);
    this.config = config;
    this.C = C;
    this.gradientFactor = localGradMult;
    this.tokens = table(at.child("embed_tokens"), config.vocabulary());
    this.positions =
        config.positions() == TextEmbeddings.Positions.LEARNED
            ? table(at.child("embed_positions").exact(), config.positionRows())
            : null;
    this.norm = config.norm() ? new LayerNorm(at.child("layernorm_embedding"), C, EPS, true) : null;
    this.dropout = new Dropout(at, config.dropout());
  }

  private Embedding table(ParameterScope scope, int rows) {
    int padding = config.paddingId();
    return new Embedding(scope, rows, C, padding, Initializer.embedding(padding, C));
  }

  @Override
  public void bind(Backend backend) {
    if (config.positions() != TextEmbeddings.Positions.SINUSOIDAL) {
      return;
    }
    int rows = config.positionRows();
    long bytes = 4L * rows * C;
    block = backend.allocate(bytes);
    sinusoids = new Tensor(block.slice(0, bytes), Shape.of(rows, C), DType.F32);
    backend.upload(sinusoids, PositionTables.sinCos1d(C, rows, config.paddingId()));
  }

  @Override
  public Tensor forward(Source source, Pass pass) {
    return forward(source.values(), pass);
  }

  /// F (B,T,C) of the indices (2,B,T) that [TextEmbeddings#indices] makes.
  public Tensor forward(Tensor indices, Pass pass) {
    int B = indices.shape().dim(1);
    int T = indices.shape().dim(2);
    return pass.freeing(Shape.of(B, T, C), () -> embedded(indices, pass));
  }

  private Tensor embedded(Tensor source, Pass pass) {
    // frozen embeddings save nothing, but dropout goes on
    Pass own = gradientFactor == 0 ? Pass.inference(pass.kernels(), pass.workspace()) : pass;
    Tensor x = tokens(source, own);
    Tensor places = places(source, own);
    if (places != null) {
      pass.kernels().elementwise().add(x, x, places, x.size());
    }
    return dropout.forward(norm == null ? x : norm.forward(x, own), pass);
  }

  /// `scale * tokens[id]` (B,T,C) of indices (2,B,T).
  Tensor tokens(Tensor source, Pass pass) {
    int[] d = source.shape().toArray();
    Tensor x = tokens.forward(source.slice(0, 1).reshape(d[1], d[2]), pass);
    if (config.scaled()) {
      pass.kernels().elementwise().scale(x, x, scale(), x.size());
    }
    return x;
  }

  /// `positions[place]` (B,T,C) of indices (2,B,T), or null.
  @Nullable Tensor places(Tensor source, Pass pass) {
    int[] d = source.shape().toArray();
    Tensor index = source.slice(1, 2).reshape(d[1], d[2]);
    return switch (config.positions()) {
      case LEARNED -> positions == null ? null : positions.forward(index, pass);
      case SINUSOIDAL -> {
        if (sinusoids == null) {
          throw new IllegalStateException("text: bind the model to a backend first");
        }
        Tensor y = pass.take(d[1], d[2], C);
        pass.kernels().gather().gatherRows(y, sinusoids, null, index, d[1] * d[2], C);
        yield y;
      }
      case NONE -> null;
    };
  }

  /// `dropout(LN(x))`: what follows once positions are added.
  Tensor finished(Tensor x, Pass pass) {
    return dropout.forward(norm == null ? x : norm.forward(x, pass), pass);
  }

  @Override
  public void backward(Tensor dF, Pass pass) {
    if (gradientFactor == 0) {
      return;
    }
    try (var _ = pass.workspace().mark()) {
      Tensor d = finishedBackward(dF, pass);
      placesBackward(() -> d, pass);
      tokensBackward(d, pass);
    }
  }

  /// dx of [#finished], the gradient that arrives multiplied by the encoder's factor.
  Tensor finishedBackward(Tensor dF, Pass pass) {
    Tensor d = dropout.backward(scaled(dF, gradientFactor, pass), pass);
    return norm == null ? d : norm.backward(d, pass);
  }

  /// Adds to the positions' gradient where they are trained.
  ///
  /// @param d gives the gradient of [#places]
  void placesBackward(Supplier<Tensor> d, Pass pass) {
    if (positions != null) {
      positions.backwardParameters(d.get(), pass);
    }
  }

  /// Adds to the embeddings' gradient, given that of [#tokens].
  void tokensBackward(Tensor d, Pass pass) {
    tokens.backwardParameters(scaled(d, config.scaled() ? scale() : 1, pass), pass);
  }

  private float scale() {
    return (float) Math.sqrt(C);
  }

  private static Tensor scaled(Tensor d, double factor, Pass pass) {
    if (factor == 1) {
      return d;
    }
    Tensor y = pass.take(d.shape());
    pass.kernels().elementwise().scale(y, d, (float) factor, d.size());
    return y;
  }

  /// The embeddings' sizes.
  public TextEmbeddings config() {
    return config;
  }

  @Override
  public void close() {
    if (block != null) {
      block.close();
    }
  }
}
