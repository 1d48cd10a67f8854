package dev.d2v.model;

import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.Streams;
import dev.d2v.nn.layer.AttentionBias;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.Workspace;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/// A run of transformer blocks, each skipped at random in training (layer drop). x, y (B,T,C)
public final class BlockStack {
  private final List<TransformerBlock> blocks = new ArrayList<>();
  private final double layerDrop;
  private final int stream;

  private record Saved(boolean skipped, Workspace.Mark start) {}

  /// What is told of each block.
  public interface Tap {
    /// The block's MLP output t and, afterwards, its output y.
    void see(int index, Tensor tensor, boolean output);
  }

  /// Declares blocks `0`, `1`, ... under the scope, drop-path rates on a straight line.
  public BlockStack(
      ParameterScope scope,
      Data2Vec2Config config,
      int count,
      double layerDrop,
      double startDropPath,
      double endDropPath) {
    for (int i = 0; i < count; i++) {
      double rate = DropConfig.dropPath(startDropPath, endDropPath, i, count);
      blocks.add(new TransformerBlock(scope.child(Integer.toString(i)), config, rate));
    }
    this.layerDrop = layerDrop;
    this.stream = Streams.LAYER_DROP;
  }

  /// Number of blocks.
  public int size() {
    return blocks.size();
  }

  /// All blocks, one after another. `firstLayer` numbers them for layer drop; `bias` gives each its
  /// attention bias.
  public Tensor forward(
      Tensor x, int firstLayer, IntFunction<AttentionBias> bias, Tap tap, Pass pass) {
    Tensor y = x;
    for (int i = 0; i < blocks.size(); i++) {
      int index = i;
      Tensor in = y;
      Workspace.Mark start = pass.workspace().mark();
      boolean skipped = pass.happens(stream, firstLayer + i, layerDrop);
      if (!skipped) {
        y =
            pass.freeing(
                x.shape(),
                () ->
                    blocks
                        .get(index)
                        .forward(in, bias.apply(index), t -> tap.see(index, t, false), pass));
      }
      pass.save(this, new Saved(skipped, start));
      tap.see(i, y, true);
    }
    return y;
  }

  /// dx, through the blocks in reverse order. Each gives back what it took in the forward, and
  /// whatever was taken after it, so dx lies where the first block began.
  public Tensor backward(Tensor dy, Pass pass) {
    Tensor d = dy;
    for (int i = blocks.size() - 1; i >= 0; i--) {
      int index = i;
      Tensor in = d;
      Saved saved = pass.restore(this, Saved.class);
      if (!saved.skipped) {
        d = pass.freeingSince(saved.start, () -> blocks.get(index).backward(in, null, pass));
      }
    }
    return d;
  }
}
