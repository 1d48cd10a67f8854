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
import org.jspecify.annotations.Nullable;

/// A run of transformer blocks, each skipped at random in training (layer drop). x, y (B,T,C)
public final class BlockStack {
  private final List<TransformerBlock> blocks = new ArrayList<>();
  private final double layerDrop;
  private final int stream;

  private record Saved(boolean skipped, Workspace.Mark start, @Nullable Again again) {}

  /// What a forward that kept nothing else is run again with.
  private record Again(Tensor x, AttentionBias bias) {}

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
    Pass own = pass.recomputes() ? pass.forgetting() : pass;
    for (int i = 0; i < blocks.size(); i++) {
      int index = i;
      Tensor in = y;
      Workspace.Mark start = pass.workspace().mark();
      boolean skipped = pass.happens(stream, firstLayer + i, layerDrop);
      Again again = null;
      if (!skipped) {
        AttentionBias b = bias.apply(i);
        again = pass.recomputes() ? new Again(in, b) : null;
        y =
            own.freeing(
                x.shape(),
                () -> blocks.get(index).forward(in, b, t -> tap.see(index, t, false), own));
      }
      pass.save(this, new Saved(skipped, start, again));
      tap.see(i, y, true);
    }
    return y;
  }

  /// dx, through the blocks in reverse order, each forward being run again first where it kept only
  /// its input. Each block gives back what it took in the forward, and whatever was taken after it,
  /// so dx lies where the first block began.
  public Tensor backward(Tensor dy, Pass pass) {
    Tensor d = dy;
    for (int i = blocks.size() - 1; i >= 0; i--) {
      int index = i;
      Tensor in = d;
      Saved saved = pass.restore(this, Saved.class);
      if (!saved.skipped) {
        d = pass.freeingSince(saved.start, () -> backward(blocks.get(index), saved, in, pass));
      }
    }
    return d;
  }

  private static Tensor backward(TransformerBlock block, Saved saved, Tensor dy, Pass pass) {
    if (saved.again != null) {
      block.forward(saved.again.x, saved.again.bias, null, pass);
    }
    return block.backward(dy, null, pass);
  }
}
