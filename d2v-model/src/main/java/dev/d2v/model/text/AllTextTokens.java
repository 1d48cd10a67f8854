package dev.d2v.model.text;

import dev.d2v.model.MaskFill;
import dev.d2v.model.Source;
import dev.d2v.model.StepIndices;
import dev.d2v.model.StudentTokens;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.Tensor;

/// [dev.d2v.model.AllTokens] of texts, whose positions are added within the local encoder, before
/// its norm and dropout.
///
/// ```text
/// X[b,t]    = scale * tokens[id]
/// rows[r,t] = dropout(LN((mask[r,t] ? fill : X[b,t]) + positions[place]))           (R,T,C)
/// ```
///
/// F, what a teacher goes on from, is of the whole texts and without dropout. data2vec 1.0 feeds
/// the vocabulary's `<mask>` instead of a vector of its own, and leaves some masked tokens as they
/// are.
///
/// @param local the embeddings
/// @param fill what masked tokens are replaced with
public record AllTextTokens(TextLocalEncoder local, MaskFill fill) implements StudentTokens {
  @Override
  public Shared read(Source source, Pass pass) {
    Pass still = Pass.inference(pass.kernels(), pass.workspace());
    Tensor F = local.forward(source, still);
    return new Shared(F, local.tokens(source.values(), pass));
  }

  @Override
  public Tensor rows(Tensor X, Source source, StepIndices index, Pass pass) {
    StepIndices.Replaced all = index.allTokens();
    Tensor rows = fill.replace(X, all, pass);
    Tensor places = local.places(source.values(), pass);
    if (places != null) {
      try (var _ = pass.workspace().mark()) {
        Tensor added = pass.take(rows.shape());
        int C = rows.shape().dim(2);
        int n = rows.shape().rows();
        pass.kernels().gather().gatherRows(added, places, null, all.sample(), n, C);
        pass.kernels().elementwise().add(rows, rows, added, rows.size());
      }
    }
    return local.finished(rows, pass);
  }

  @Override
  public Tensor rowsBackward(Tensor drows, StepIndices index, Pass pass) {
    StepIndices.Replaced all = index.allTokens();
    Tensor d = local.finishedBackward(drows, pass);
    Tensor dX = fill.replaceBackward(d, all, pass);
    local.placesBackward(() -> summed(d, dX, all, pass), pass);
    return dX;
  }

  /// The gradient of the positions of B texts, summed over their rows.
  private static Tensor summed(Tensor d, Tensor dX, StepIndices.Replaced all, Pass pass) {
    Tensor dplaces = pass.take(dX.shape());
    int C = d.shape().dim(2);
    int rows = dX.shape().rows();
    pass.kernels()
        .gather()
        .scatterRows(dplaces, null, d, all.sample(), d.shape().rows(), rows, 0, C);
    return dplaces;
  }

  @Override
  public void readBackward(Tensor dX, Pass pass) {
    local.tokensBackward(dX, pass);
  }
}
