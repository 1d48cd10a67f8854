package dev.d2v.model;

import dev.d2v.nn.Pass;
import dev.d2v.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// Every row has all its tokens, masked ones replaced before positions are added: the student knows
/// where something is missing, and pays for it. This is data2vec 1.0.
///
/// ```text
/// rows[r,t] = (mask[r,t] ? fill : F[b,t]) + positions[t]            r = b*M + m     (R,T,C)
/// ```
///
/// Source: Baevski et al. 2022, "data2vec: a general framework", section 3; fairseq
/// `data2vec_vision.py`, `data2vec_audio.py`.
///
/// @param local raw input to F
/// @param positions of the whole model, or null
/// @param fill what masked tokens are replaced with
public record AllTokens(LocalEncoder local, @Nullable Positions positions, MaskFill fill)
    implements StudentTokens {
  @Override
  public Shared read(Source source, Pass pass) {
    Tensor F = local.forward(source, pass);
    return new Shared(F, F);
  }

  @Override
  public Tensor rows(Tensor X, Source source, StepIndices index, Pass pass) {
    Tensor rows = fill.replace(X, index.allTokens(), pass);
    return positions == null ? rows : positions.add(rows, rows, pass);
  }

  @Override
  public Tensor rowsBackward(Tensor drows, StepIndices index, Pass pass) {
    Tensor d = positions == null ? drows : positions.backward(drows, pass);
    return fill.replaceBackward(d, index.allTokens(), pass);
  }

  @Override
  public void readBackward(Tensor dX, Pass pass) {
    local.backward(dX, pass);
  }
}
