package dev.d2v.export;

import dev.d2v.export.onnx.Axis;
import dev.d2v.export.onnx.Ops;
import dev.d2v.export.onnx.Value;
import dev.d2v.model.Data2Vec2Config;
import dev.d2v.model.ModalityConfig;
import dev.d2v.model.NormPlacement;
import dev.d2v.model.PositionTables;
import dev.d2v.model.image.ImageConfig;
import dev.d2v.model.speech.ConvFeatureExtractor;
import dev.d2v.model.speech.ConvSpec;
import dev.d2v.model.speech.SpeechConfig;
import dev.d2v.model.text.TextConfig;
import dev.d2v.model.v1.Nonlinearity;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// data2vec 2.0 as a graph: what [dev.d2v.model.Data2Vec2#features] computes.
final class SecondEncoder {
  private static final double EPS = 1e-5;

  private final Layers layers;
  private final Ops ops;
  private final Data2Vec2Config config;
  private final ModalityConfig modality;
  private final String at;
  private final int C;
  private final int E;

  /// Tokens with positions (B,T,C), and which are padding (B,T).
  private record Local(Value x, @Nullable Value padding) {}

  /// For one modality of a model.
  ///
  /// @throws IllegalArgumentException when it has no graph, naming the switch
  SecondEncoder(Layers layers, Data2Vec2Config config, ModalityConfig modality) {
    check(modality);
    this.layers = layers;
    this.ops = layers.ops();
    this.config = config;
    this.modality = modality;
    this.at = prefix(modality);
    this.C = config.embedDim();
    this.E = modality.extraTokens();
  }

  private static String prefix(ModalityConfig modality) {
    return "modality_encoders." + modality.key() + ".";
  }

  private static void check(ModalityConfig modality) {
    if (modality instanceof SpeechConfig speech && speech.logMel() != null) {
      throw new IllegalArgumentException(
          "speech.logMel is not supported by the ONNX export: the spectrogram is computed in double precision before the model; export a model that reads the waveform");
    }
  }

  Encoded encode() {
    Local local =
        switch (modality) {
          case ImageConfig image -> image(image);
          case SpeechConfig speech -> speech(speech);
          case TextConfig text -> text(text);
        };
    Value x =
        E == 0 ? local.x : ExtraTokens.before(ops, layers.parameter(at + "extra_tokens"), local.x);
    Value padding = local.padding == null ? null : new Padding(ops).behind(local.padding, E);
    AlibiLayers alibi = alibi(x);
    Value unseen = padding == null ? null : new Padding(ops).scores(padding);
    int prenet = modality.prenet().depth();
    x = opened(x, prenet);
    for (int i = 0; i < prenet; i++) {
      x = block(x, at + "context_encoder.blocks." + i + ".", alibi, unseen, i);
    }
    List<Value> outputs = new ArrayList<>();
    for (int i = 0; i < config.depth(); i++) {
      x = block(x, "blocks." + i + ".", alibi, unseen, prenet + i);
      outputs.add(x);
    }
    boolean post = config.norm() == NormPlacement.POST;
    Value last = post ? x : layers.norm(x, "norm", C, config.normEps());
    int first = E > 0 ? E - 1 : modality instanceof TextConfig ? 0 : -1;
    return new Encoded(last, outputs, padding, E, first, count(), C);
  }

  private Axis count() {
    return switch (modality) {
      case ImageConfig image -> Axis.of(E + image.tokens());
      case SpeechConfig _ -> Axis.of("frames");
      case TextConfig _ -> Axis.of(E == 0 ? "tokens" : "all_tokens");
    };
  }

  /// The norm before the prenet, where there is one.
  private Value opened(Value x, int prenet) {
    boolean opens = prenet > 0 || !(modality instanceof TextConfig);
    return config.norm() == NormPlacement.POST && opens
        ? layers.norm(x, at + "context_encoder.norm", C, config.normEps())
        : x;
  }

  private @Nullable AlibiLayers alibi(Value x) {
    if (modality.alibi() == null) {
      return null;
    }
    return modality instanceof ImageConfig image
        ? AlibiLayers.grid(layers, at, modality.alibi(), config.heads(), image.grid(), E)
        : AlibiLayers.line(layers, at, modality.alibi(), config.heads(), x, E);
  }

  private Value block(
      Value x, String name, @Nullable AlibiLayers alibi, @Nullable Value unseen, int layer) {
    BlockLayers block =
        new BlockLayers(
            layers,
            config.norm(),
            C,
            config.heads(),
            config.normEps(),
            Nonlinearity.GELU,
            BlockLayers.Names.SECOND);
    return block.of(
        x,
        name,
        (scores, q, k) -> {
          Value biased = alibi == null ? scores : ops.add(scores, alibi.of(layer));
          return unseen == null ? biased : ops.add(biased, unseen);
        });
  }

  private Local image(ImageConfig image) {
    int side = image.imageSize();
    Value F =
        PatchLayers.of(
            layers, at + "local_encoder.proj", C, image.patchSize(), image.channels(), side, side);
    Value x =
        image.positions() == ImageConfig.Positions.NONE
            ? F
            : ops.add(F, layers.parameter(at + "fixed_positional_encoder.positions"));
    return new Local(x, null);
  }

  private Local speech(SpeechConfig speech) {
    ConvSpec spec = speech.spec();
    WaveLayers.Input input = WaveLayers.Input.in(ops);
    List<WaveLayers.Names> names = new ArrayList<>();
    for (int i = 0; i < spec.layers().size(); i++) {
      String layer = at + "local_encoder.conv_layers." + i;
      boolean byLayer = speech.extractorNorm() == ConvFeatureExtractor.Mode.LAYER_NORM;
      names.add(
          new WaveLayers.Names(
              layer + ".0", byLayer ? layer + ".2.1" : "", !byLayer && i == 0 ? layer + ".2" : ""));
    }
    Value frames = WaveLayers.of(layers, input.values(), spec, names, Nonlinearity.GELU);
    Value normed = layers.norm(frames, at + "project_features.1", spec.channels(), EPS);
    Value F = layers.linear(normed, at + "project_features.2");
    Value x =
        switch (speech.positions()) {
          case CONVOLUTIONS -> ops.add(F, neighbours(F, speech));
          case LEARNED -> {
            Value table = layers.parameter(at + "fixed_positional_encoder.positions");
            Value there = ops.slice(table, 1, ops.graph().wholes(0), ops.length(F, 1));
            yield ops.add(F, there);
          }
          case NONE -> F;
        };
    return new Local(x, new Padding(ops).ofFrames(input.mask(), spec, F));
  }

  /// Positions by convolutions over a frame's neighbours: `h = gelu(LN(conv(h)))` a layer.
  private Value neighbours(Value F, SpeechConfig speech) {
    String relative = at + "relative_positional_encoder.";
    boolean norm = speech.positionPreNorm();
    Value h = norm ? layers.norm(F, relative + "0", C, EPS) : F;
    for (int i = 0; i < speech.positionDepth(); i++) {
      String name = relative + (norm ? "1." : "") + (1 + i) + ".0";
      Value y = layers.samePadded(h, name, speech.positionGroups());
      h = ops.gelu(layers.plainNorm(y, C, EPS), false);
    }
    return h;
  }

  private Local text(TextConfig text) {
    TokenLayers.Input input = TokenLayers.Input.in(ops);
    String local = at + "local_encoder.";
    Value x = layers.rows(local + "embed_tokens.weight", input.ids());
    if (text.scaleEmbedding()) {
      x = ops.mul(x, ops.real((float) Math.sqrt(C)));
    }
    Value positions = positions(text, local);
    if (positions != null) {
      Value places = TokenLayers.places(ops, input.ids(), TextConfig.PAD);
      x = ops.add(x, ops.gather(positions, places, 0));
    }
    if (text.embeddingNorm()) {
      x = layers.norm(x, local + "layernorm_embedding", C, EPS);
    }
    return new Local(x, new Padding(ops).ofMask(input.mask()));
  }

  private @Nullable Value positions(TextConfig text, String local) {
    int rows = text.embeddings().positionRows();
    return switch (text.positions()) {
      case LEARNED -> layers.parameter(local + "embed_positions.weight");
      case SINUSOIDAL ->
          layers.constant(
              local + "sinusoids",
              new long[] {rows, C},
              sink -> sink.put(PositionTables.sinCos1d(C, rows, TextConfig.PAD)));
      case NONE -> null;
    };
  }
}
