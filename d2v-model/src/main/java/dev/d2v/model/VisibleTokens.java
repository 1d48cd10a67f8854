package dev.d2v.model;

import dev.d2v.nn.Pass;
import dev.d2v.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// All masks choose from one `X[b,t] = F[b,t] + positions[t]`; masked tokens cost nothing. This is
/// data2vec 2.0.
///
/// @param local raw input to F
/// @param positions of the whole model, or null
/// @param fill what the decoder is given in the place of masked tokens
public record VisibleTokens(LocalEncoder local, @Nullable Positions positions, MaskFill fill)
    implements StudentTokens {
  @Override
  public Shared read(Source source, Pass pass) {
    Tensor F = local.forward(source, pass);
    return new Shared(F, positions == null ? F : positions.forward(F, pass));
  }

  @Override
  public Tensor rows(Tensor X, Source source, StepIndices index, Pass pass) {
    return X;
  }

  @Override
  public Tensor rowsBackward(Tensor drows, StepIndices index, Pass pass) {
    return drows;
  }

  @Override
  public void readBackward(Tensor dX, Pass pass) {
    local.backward(positions == null ? dX : positions.backward(dX, pass), pass);
  }
}
