package dev.d2v.model;

import dev.d2v.model.image.ImageConfig;
import dev.d2v.model.image.ImageLocalEncoder;
import dev.d2v.nn.Initializer;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.layer.Alibi;
import dev.d2v.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// A modality's own part of the model, from raw input to the input of the shared blocks: local
/// encoder, positions, context encoder.
///
/// @param local raw input to features; null in a teacher that reads the student's
/// @param positions added to the features, or null
/// @param context chosen tokens to the input of the shared blocks
public record ModalityEncoder(
    @Nullable LocalEncoder local, @Nullable Positions positions, ContextEncoder context)
    implements AutoCloseable {

  /// Declares a modality's parameters under `modality_encoders.KEY`.
  ///
  /// @param withLocal whether it has a local encoder of its own
  public static ModalityEncoder declare(
      ParameterScope root, Data2Vec2Config config, boolean withLocal) {
    ParameterScope scope = root.child("modality_encoders." + config.modality().key());
    return switch (config.modality()) {
      case ImageConfig image -> image(scope, config, image, withLocal);
    };
  }

  private static ModalityEncoder image(
      ParameterScope scope, Data2Vec2Config config, ImageConfig image, boolean withLocal) {
    int C = config.embedDim();
    ContextEncoder context =
        new ContextEncoder(scope, config, image.extraTokensZero(), alibi(scope, config, image));
    LocalEncoder local = withLocal ? new ImageLocalEncoder(scope, image, C) : null;
    ParameterScope at = scope.child("fixed_positional_encoder");
    Positions positions =
        switch (image.positions()) {
          case SIN_COS ->
              new Positions(
                  at,
                  image.tokens(),
                  C,
                  new Initializer.Values(PositionTables.sinCos2d(C, image.grid())),
                  false);
          case LEARNED -> new Positions(at, image.tokens(), C, Initializer.bert(), true);
          case NONE -> null;
        };
    return new ModalityEncoder(local, positions, context);
  }

  private static @Nullable LearnedAlibi alibi(
      ParameterScope scope, Data2Vec2Config config, ImageConfig image) {
    AlibiConfig alibi = image.alibi();
    if (alibi == null) {
      return null;
    }
    float[] table = Alibi.table2d(config.heads(), image.grid(), alibi.distance());
    int layers = image.prenet().depth() + config.depth();
    return new LearnedAlibi(scope, alibi, layers, config.heads(), image.tokens(), table);
  }

  /// Features with positions: `X`.
  public Tensor addPositions(Tensor features, Pass pass) {
    return positions == null ? features : positions.forward(features, pass);
  }

  /// Through positions and local encoder.
  public void backwardLocal(Tensor dx, Pass pass) {
    Tensor dF = positions == null ? dx : positions.backward(dx, pass);
    if (local != null) {
      local.backward(dF, pass);
    }
  }

  @Override
  public void close() {
    context.close();
  }
}
