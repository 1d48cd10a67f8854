package dev.d2v.model;

import dev.d2v.nn.Initializer;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.layer.AttentionBias;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.Backend;
import dev.d2v.tensor.spi.MemoryBlock;
import org.jspecify.annotations.Nullable;

/// Attention biases from a distance table and a learned, clamped scale: `bias_l[h,i,j] =
/// max(s_l[h], 0) * table[h, keep_i, keep_j]`, zero to and from extra tokens.
///
/// table (H,T,T), s (layers or 1, 1, H or 1, 1, 1). Derivation: docs/derivations/alibi.md; fairseq
/// `get_alibi_bias`, `masked_alibi`.
public final class LearnedAlibi implements AutoCloseable {
  private final Parameter scale;
  private final float[] hostTable;
  private final int H;
  private final int T;
  private final boolean learned;
  private @Nullable MemoryBlock block;
  private @Nullable Tensor table;

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
      ParameterScope scope, AlibiConfig config, int layers, int H, int T, float[] table) {
    Shape shape = Shape.of(config.perLayer() ? layers : 1, 1, config.perHead() ? H : 1, 1, 1);
    Initializer initial = new Initializer.Constant((float) config.scale());
    this.learned = config.learned();
    this.scale =
        learned
            ? scope.parameter("alibi_scale", shape, initial)
            : scope.frozen("alibi_scale", shape, initial);
    this.hostTable = table;
    this.H = H;
    this.T = T;
  }

  /// Puts the table on the backend.
  public void bind(Backend backend) {
    block = backend.allocate(4L * hostTable.length);
    table =
        new Tensor(
            block.slice(0, 4L * hostTable.length), Shape.of(H, T, T), dev.d2v.tensor.DType.F32);
    backend.upload(table, hostTable);
  }

  /// The biases of R rows of V tokens.
  ///
  /// @param keep (R,V) I32: the time of each token, negative for extra tokens
  public Prepared forward(Tensor keep, int R, int V, Pass pass) {
    if (table == null) {
      throw new IllegalStateException("ALiBi: bind the model to a backend first");
    }
    var kernels = pass.kernels();
    int count = scale.shape().dim(0);
    int heads = scale.shape().dim(2);
    AttentionBias[] layers = new AttentionBias[count];
    for (int l = 0; l < count; l++) {
      Tensor scaled = pass.take(H, T, T);
      Tensor s = scale.compute().reshape(count, heads).slice(l, l + 1);
      kernels.elementwise().scaleGroups(scaled, table, s, heads, table.size());
      Tensor bias = pass.take(R, H, V, V);
      kernels.gather().gatherPairs(bias, scaled, keep, R, H, V, T);
      layers[l] = new AttentionBias(bias, null, gradientOf(bias, pass));
    }
    Tensor unscaled = pass.take(R, H, V, V);
    kernels.gather().gatherPairs(unscaled, table, keep, R, H, V, T);
    return new Prepared(layers, unscaled);
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
