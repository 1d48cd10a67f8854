package dev.d2v.model;

import dev.d2v.model.image.ImageConfig;
import dev.d2v.model.image.ImageLocalEncoder;
import dev.d2v.model.speech.ConvPositions;
import dev.d2v.model.speech.LogMelLocalEncoder;
import dev.d2v.model.speech.SpeechConfig;
import dev.d2v.model.speech.SpeechLocalEncoder;
import dev.d2v.model.text.TextConfig;
import dev.d2v.model.text.TextLocalEncoder;
import dev.d2v.nn.Initializer;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.layer.Alibi;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.Backend;
import org.jspecify.annotations.Nullable;

/// A modality's own part of the model, from raw input to the input of the shared blocks: local
/// encoder, positions, context encoder.
///
/// @param modality its configuration
/// @param local raw input to features; null in a teacher that reads the student's
/// @param positions added to the features, or null
/// @param context chosen tokens to the input of the shared blocks
public record ModalityEncoder(
    ModalityConfig modality,
    @Nullable LocalEncoder local,
    @Nullable Positions positions,
    ContextEncoder context)
    implements AutoCloseable {

  /// Declares a modality's parameters under `modality_encoders.KEY`.
  ///
  /// @param withLocal whether it has a local encoder of its own
  public static ModalityEncoder declare(
      ParameterScope root, Data2Vec2Config config, ModalityConfig modality, boolean withLocal) {
    ParameterScope scope = root.child("modality_encoders." + modality.key());
    return switch (modality) {
      case ImageConfig image -> image(scope, config, image, withLocal);
      case SpeechConfig speech -> speech(scope, config, speech, withLocal);
      case TextConfig text -> text(scope, config, text, withLocal);
    };
  }

  private static ModalityEncoder image(
      ParameterScope scope, Data2Vec2Config config, ImageConfig image, boolean withLocal) {
    int C = config.embedDim();
    AlibiConfig biases = image.alibi();
    LearnedAlibi alibi =
        biases == null
            ? null
            : alibi(
                scope,
                config,
                image,
                biases,
                new LearnedAlibi.Distances.Grid(
                    Alibi.table2d(config.heads(), image.grid(), biases.distance()),
                    image.tokens()));
    ContextEncoder context = new ContextEncoder(scope, config, image, alibi, null);
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
    return new ModalityEncoder(image, local, positions, context);
  }

  private static ModalityEncoder speech(
      ParameterScope scope, Data2Vec2Config config, SpeechConfig speech, boolean withLocal) {
    int C = config.embedDim();
    LocalEncoder local = withLocal ? speechLocal(scope, speech, C) : null;
    ConvPositions relative =
        speech.positions() == SpeechConfig.Positions.CONVOLUTIONS
            ? new ConvPositions(
                scope.child("relative_positional_encoder"),
                C,
                speech.positionWidth(),
                speech.positionDepth(),
                speech.positionGroups(),
                speech.positionPreNorm())
            : null;
    ContextEncoder context =
        new ContextEncoder(scope, config, speech, line(scope, config, speech), relative);
    Positions positions =
        speech.positions() == SpeechConfig.Positions.LEARNED
            ? new Positions(
                scope.child("fixed_positional_encoder"),
                speech.maxTokens(),
                C,
                Initializer.bert(),
                true)
            : null;
    return new ModalityEncoder(speech, local, positions, context);
  }

  private static LocalEncoder speechLocal(ParameterScope scope, SpeechConfig speech, int C) {
    double factor = speech.localGradMult();
    return speech.logMel() == null
        ? new SpeechLocalEncoder(
            scope, speech.spec(), speech.extractorNorm(), speech.extractorBias(), C, factor)
        : new LogMelLocalEncoder(scope, speech.logMel().patches(), C, factor);
  }

  private static ModalityEncoder text(
      ParameterScope scope, Data2Vec2Config config, TextConfig text, boolean withLocal) {
    LocalEncoder local =
        withLocal
            ? new TextLocalEncoder(
                scope, text.embeddings(), config.embedDim(), text.localGradMult())
            : null;
    ContextEncoder context =
        new ContextEncoder(scope, config, text, line(scope, config, text), null);
    return new ModalityEncoder(text, local, null, context);
  }

  private static @Nullable LearnedAlibi line(
      ParameterScope scope, Data2Vec2Config config, ModalityConfig modality) {
    AlibiConfig biases = modality.alibi();
    return biases == null
        ? null
        : alibi(scope, config, modality, biases, LearnedAlibi.Distances.Line.of(config.heads()));
  }

  private static LearnedAlibi alibi(
      ParameterScope scope,
      Data2Vec2Config config,
      ModalityConfig modality,
      AlibiConfig biases,
      LearnedAlibi.Distances distances) {
    int layers = modality.prenet().depth() + config.depth();
    return new LearnedAlibi(scope, biases, layers, config.heads(), distances);
  }

  /// Puts constant tables on the backend.
  public void bind(Backend backend) {
    if (local != null) {
      local.bind(backend);
    }
    context.bind(backend);
  }

  /// Features with positions: `X`.
  public Tensor addPositions(Tensor features, Pass pass) {
    return positions == null ? features : positions.forward(features, pass);
  }

  @Override
  public void close() {
    if (local != null) {
      local.close();
    }
    context.close();
  }
}
