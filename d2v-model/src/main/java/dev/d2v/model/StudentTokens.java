package dev.d2v.model;

import dev.d2v.model.text.AllTextTokens;
import dev.d2v.model.text.TextLocalEncoder;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.Tensor;
import java.util.Objects;

/// What the student's context encoder chooses its tokens from. What the masks of a sample share is
/// read once a step, the rows are made once a group of masks.
///
/// ```text
/// source -> F, X (B,T,C)      once a step
/// X -> rows                   (B,T,C) where masks only choose, (R,T,C) where they replace
/// ```
public sealed interface StudentTokens permits VisibleTokens, AllTokens, AllTextTokens {
  /// What is read once a step.
  ///
  /// @param F local features of whole samples, what a teacher may go on from
  /// @param X what rows are made of
  record Shared(Tensor F, Tensor X) {}

  /// F and X of a batch.
  Shared read(Source source, Pass pass);

  /// The tokens that [StepIndices#kept] chooses from: X itself, or (R,T,C).
  Tensor rows(Tensor X, Source source, StepIndices index, Pass pass);

  /// dX, given the gradient of the rows.
  Tensor rowsBackward(Tensor drows, StepIndices index, Pass pass);

  /// Adds to the gradients of what made X.
  void readBackward(Tensor dX, Pass pass);

  /// What stands in the place of masked tokens.
  MaskFill fill();

  /// The tokens as a modality's masks want them.
  ///
  /// @param encoder the student's
  static StudentTokens of(ModalityEncoder encoder, MaskFill fill) {
    LocalEncoder local = Objects.requireNonNull(encoder.local(), "the student's local encoder");
    return switch (encoder.modality().mask().encode()) {
      case VISIBLE -> new VisibleTokens(local, encoder.positions(), fill);
      case ALL ->
          local instanceof TextLocalEncoder text
              ? new AllTextTokens(text, fill)
              : new AllTokens(local, encoder.positions(), fill);
    };
  }
}
