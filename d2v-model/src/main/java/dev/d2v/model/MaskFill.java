package dev.d2v.model;

import dev.d2v.nn.Initializer;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.Streams;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// What stands in the place of masked tokens. An index names slot i as `-1 - row(i)`, a row of
/// [#rows].
///
/// ```text
/// noise    slot[i] = N(0, std^2), fresh in every step            no gradient
/// learned  slot[i] = v                                           dv += sum over slots of dslot[i]
/// ```
public sealed interface MaskFill {
  /// The row of [#rows] that slot i is.
  int row(int slot);

  /// The rows that slots are filled with; null for noise where there are no slots.
  ///
  /// @param slots their number
  /// @param stream of the noise
  @Nullable Tensor rows(int slots, int C, int stream, Pass pass);

  /// Back from a decoder's input, where a seen token has one place: `dseen[i] = dx[back[i]]`, and
  /// what slots get. dseen (any,C) dx (n,C) index (n), the gather's; back (any), its inverse
  void backward(Tensor dseen, Tensor dx, Tensor index, Tensor back, Pass pass);

  /// Back from rows that repeat what they see: `dseen[i] = sum of dx[j] with index[j] = i`, and
  /// what slots get. dseen (any,C) dx (n,C) index (n)
  void backward(Tensor dseen, Tensor dx, Tensor index, Pass pass);

  /// M rows of each sample's tokens X (B,T,C), masked ones replaced. (B*M,T,C)
  default Tensor replace(Tensor X, StepIndices.Replaced all, Pass pass) {
    int T = X.shape().dim(1);
    int C = X.shape().dim(2);
    int n = Math.toIntExact(all.source().size());
    Tensor y = pass.take(n / T, T, C);
    try (var _ = pass.workspace().mark()) {
      Tensor slots = rows(all.masked(), C, Streams.NOISE, pass);
      pass.kernels().gather().gatherRows(y, X, slots, all.source(), n, C);
    }
    return y;
  }

  /// dX (B,T,C) of [#replace], and what slots get.
  default Tensor replaceBackward(Tensor dy, StepIndices.Replaced all, Pass pass) {
    Tensor dX = pass.take(all.samples(), dy.shape().dim(1), dy.shape().dim(2));
    backward(dX, dy, all.source(), pass);
    return dX;
  }

  /// Declares what a modality's masks are filled with: nothing, or `mask_token` (1,1,C).
  ///
  /// @param scope the modality's
  static MaskFill declare(ParameterScope scope, MaskConfig mask, int C) {
    return switch (mask.fill()) {
      case NOISE -> new Noise((float) mask.noiseStd());
      case LEARNED ->
          new Learned(scope.parameter("mask_token", Shape.of(1, 1, C), Initializer.bert()));
    };
  }

  /// Gaussian noise.
  ///
  /// @param std its standard deviation
  record Noise(float std) implements MaskFill {
    @Override
    public int row(int slot) {
      return slot;
    }

    @Override
    public @Nullable Tensor rows(int slots, int C, int stream, Pass pass) {
      if (slots == 0) {
        return null;
      }
      Tensor rows = pass.take(slots, C);
      pass.kernels().random().fillNormal(rows, pass.step().numbers(), stream, std, rows.size());
      return rows;
    }

    @Override
    public void backward(Tensor dseen, Tensor dx, Tensor index, Tensor back, Pass pass) {
      int rows = dseen.shape().rows();
      pass.kernels().gather().gatherRows(dseen, dx, null, back, rows, dseen.shape().dim(-1));
    }

    @Override
    public void backward(Tensor dseen, Tensor dx, Tensor index, Pass pass) {
      scatter(dseen, null, 0, dx, index, pass);
    }
  }

  /// One trained vector.
  ///
  /// @param vector v (1,1,C)
  record Learned(Parameter vector) implements MaskFill {
    @Override
    public int row(int slot) {
      return 0;
    }

    @Override
    public Tensor rows(int slots, int C, int stream, Pass pass) {
      return vector.compute().reshape(1, C);
    }

    @Override
    public void backward(Tensor dseen, Tensor dx, Tensor index, Tensor back, Pass pass) {
      backward(dseen, dx, index, pass);
    }

    @Override
    public void backward(Tensor dseen, Tensor dx, Tensor index, Pass pass) {
      scatter(dseen, vector.hasGradient() ? vector.gradient() : null, 1, dx, index, pass);
    }
  }

  private static void scatter(
      Tensor dseen, @Nullable Tensor dslots, int slotRows, Tensor dx, Tensor index, Pass pass) {
    int n = dx.shape().rows();
    int C = dx.shape().dim(-1);
    pass.kernels()
        .gather()
        .scatterRows(dseen, dslots, dx, index, n, dseen.shape().rows(), slotRows, C);
  }
}
