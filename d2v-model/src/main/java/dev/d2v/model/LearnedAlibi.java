package dev.d2v.model;

import dev.d2v.nn.Initializer;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.layer.Alibi;
import dev.d2v.nn.layer.AttentionBias;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.Backend;
import dev.d2v.tensor.spi.MemoryBlock;
import org.jspecify.annotations.Nullable;

/// Attention biases from distances and a learned, clamped scale: `bias_l[h,i,j] = max(s_l[h], 0) *
/// -m_h * distance(keep_i, keep_j)`, zero to and from extra tokens.
///
/// m (H) the slopes, s (layers or 1, 1, H or 1, 1, 1). A grid has a table of all distances; on a
/// line a distance is a difference, and a sequence may have any length. Derivation:
/// docs/derivations/alibi.md; fairseq `get_alibi_bias`, `masked_alibi`.
public final class LearnedAlibi implements AutoCloseable {
  private final Parameter scale;
  private final Distances distances;
  private final int H;
  private final boolean learned;
  private @Nullable MemoryBlock block;
  private @Nullable Tensor table;

  /// What a pair of tokens is apart.
  public sealed interface Distances {
    /// Any two of T tokens, by a table (H,T,T) that has the slopes in it.
    ///
    /// @param table flat
    /// @param T tokens
    record Grid(float[] table, int T) implements Distances {}

    /// Tokens of a sequence.
    ///
    /// @param slopes (H): -m_h
    record Line(float[] slopes) implements Distances {
      /// The slopes of H heads.
      public static Line of(int heads) {
        double[] m = Alibi.slopes(heads);
        float[] slopes = new float[heads];
        for (int h = 0; h < heads; h++) {
          slopes[h] = (float) -m[h];
        }
        return new Line(slopes);
      }
    }
  }

  /// The biases of one pass, by layer.
  ///
  /// @param layers one bias a layer, or one for all
  /// @param unscaled the gathered table (R,H,V,V), for the backward
  public record Prepared(AttentionBias[] layers, Tensor unscaled) {
    /// The bias of a layer, prenet blocks first.
    public AttentionBias of(int layer) {
      return layers[layers.length == 1 ? 0 : layer];
    }
  }

  /// Declares `alibi_scale` under the scope.
  public LearnedAlibi(
      ParameterScope scope, AlibiConfig config, int layers, int H, Distances distances) {
    Shape shape = Shape.of(config.perLayer() ? layers : 1, 1, config.perHead() ? H : 1, 1, 1);
    Initializer initial = new Initializer.Constant((float) config.scale());
    this.learned = config.learned();
    this.scale =
        learned
            ? scope.parameter("alibi_scale", shape, initial)
            : scope.frozen("alibi_scale", shape, initial);
    this.distances = distances;
    this.H = H;
  }

  /// Puts the table, or the slopes, on the backend.
  public void bind(Backend backend) {
    float[] host =
        switch (distances) {
          case Distances.Grid grid -> grid.table;
          case Distances.Line line -> line.slopes;
        };
    block = backend.allocate(4L * host.length);
    table = new Tensor(block.slice(0, 4L * host.length), Shape.of(host.length), DType.F32);
    backend.upload(table, host);
  }

  /// The biases of R rows of V tokens.
  ///
  /// @param keep (R,V) I32: the time of each token, negative for extra tokens
  public Prepared forward(Tensor keep, int R, int V, Pass pass) {
    if (table == null) {
      throw new IllegalStateException("ALiBi: bind the model to a backend first");
    }
    int count = scale.shape().dim(0);
    int heads = scale.shape().dim(2);
    AttentionBias[] layers = new AttentionBias[count];
    for (int l = 0; l < count; l++) {
      Tensor scaled = pass.take(table.shape());
      Tensor s = scale.compute().reshape(count, heads).slice(l, l + 1);
      pass.kernels().elementwise().scaleGroups(scaled, table, s, heads, table.size());
      Tensor bias = pairs(scaled, keep, R, V, pass);
      layers[l] = new AttentionBias(bias, null, gradientOf(bias, pass));
    }
    return new Prepared(layers, pairs(table, keep, R, V, pass));
  }

  private Tensor pairs(Tensor from, Tensor keep, int R, int V, Pass pass) {
    Tensor y = pass.take(R, H, V, V);
    switch (distances) {
      case Distances.Grid grid ->
          pass.kernels().gather().gatherPairs(y, from, keep, R, H, V, grid.T);
      case Distances.Line _ -> pass.kernels().gather().distancePairs(y, from, keep, R, H, V);
    }
    return y;
  }

  private @Nullable Tensor gradientOf(Tensor bias, Pass pass) {
    if (!learned || !pass.training()) {
      return null;
    }
    Tensor d = pass.take(bias.shape());
    pass.kernels().elementwise().fill(d, 0, d.size());
    return d;
  }

  /// `ds_l[h] += sum over rows and pairs of dbias_l * table`, zero where s < 0. To be called when
  /// every block's backward has added to the biases' gradients.
  public void backward(Prepared prepared, Pass pass) {
    if (!learned || !scale.hasGradient()) {
      return;
    }
    int count = scale.shape().dim(0);
    int heads = scale.shape().dim(2);
    int R = prepared.unscaled.shape().dim(0);
    int V = prepared.unscaled.shape().dim(2);
    for (int l = 0; l < count; l++) {
      Tensor dbias = prepared.layers[l].dbias();
      if (dbias != null) {
        pass.kernels()
            .elementwise()
            .scaleGroupsBackward(
                scale.gradient().reshape(count, heads).slice(l, l + 1),
                dbias,
                prepared.unscaled,
                scale.compute().reshape(count, heads).slice(l, l + 1),
                R,
                heads,
                H / heads * V * V);
      }
    }
  }

  @Override
  public void close() {
    if (block != null) {
      block.close();
    }
  }
}
