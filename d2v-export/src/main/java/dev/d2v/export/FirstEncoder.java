package dev.d2v.export;

import dev.d2v.export.onnx.Axis;
import dev.d2v.export.onnx.Ops;
import dev.d2v.export.onnx.Value;
import dev.d2v.model.NormPlacement;
import dev.d2v.model.v1.AudioConfig;
import dev.d2v.model.v1.Data2Vec1Config;
import dev.d2v.model.v1.LayerConfig;
import dev.d2v.model.v1.TextConfig;
import dev.d2v.model.v1.VisionConfig;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// data2vec 1.0 as a graph: what [dev.d2v.model.v1.Data2Vec1#forward] computes. Parameters have the
/// names of that class; a layer scale is in the weights, tables of relative positions are spread.
final class FirstEncoder {
  private static final double EPS = 1e-5;

  private final Layers layers;
  private final Ops ops;
  private final Data2Vec1Config config;
  private final LayerConfig sizes;

  FirstEncoder(Layers layers, Data2Vec1Config config) {
    this.layers = layers;
    this.ops = layers.ops();
    this.config = config;
    this.sizes = config.layers();
  }

  Encoded encode() {
    return switch (config) {
      case VisionConfig vision -> vision(vision);
      case AudioConfig audio -> audio(audio);
      case TextConfig text -> text(text);
    };
  }

  /// The outputs of all layers.
  private List<Value> stack(Value x, NormPlacement placement, LayerBias bias) {
    BlockLayers block =
        new BlockLayers(
            layers,
            placement,
            sizes.C(),
            sizes.heads(),
            sizes.eps(),
            sizes.act(),
            BlockLayers.Names.FIRST);
    List<Value> outputs = new ArrayList<>();
    Value h = x;
    for (int i = 0; i < sizes.depth(); i++) {
      int layer = i;
      h = block.of(h, "layer." + i + ".", (scores, q, k) -> bias.add(layer, scores, q, k));
      outputs.add(h);
    }
    return outputs;
  }

  /// The scores of a layer with what is added to them.
  private interface LayerBias {
    Value add(int layer, Value scores, Value q, Value k);
  }

  private static Value last(Value x, List<Value> outputs) {
    return outputs.isEmpty() ? x : outputs.getLast();
  }

  private Encoded vision(VisionConfig c) {
    int C = sizes.C();
    Value patches =
        PatchLayers.of(layers, "patches", C, c.patch(), c.channels(), c.height(), c.width());
    Value x = ExtraTokens.before(ops, layers.parameter("cls_token", 1, 1, C), patches);
    if (c.absolutePositions()) {
      x = ops.add(x, layers.parameter("positions"));
    }
    boolean biased = c.layerBias() || c.sharedBias();
    List<Value> outputs =
        stack(
            x,
            NormPlacement.PRE,
            (layer, scores, q, k) ->
                biased
                    ? ops.add(scores, layers.parameter("bias." + (c.layerBias() ? layer : 0)))
                    : scores);
    Value last = last(x, outputs);
    Value output = c.meanPooling() ? last : layers.norm(last, "norm", C, sizes.eps());
    return new Encoded(output, outputs, null, 1, 0, Axis.of(c.tokens()), C);
  }

  private Encoded audio(AudioConfig c) {
    WaveLayers.Input input = WaveLayers.Input.in(ops);
    List<WaveLayers.Names> names = new ArrayList<>();
    for (int i = 0; i < c.extractor().layers().size(); i++) {
      names.add(new WaveLayers.Names("conv." + i, "conv." + i + ".norm", ""));
    }
    Value frames = WaveLayers.of(layers, input.values(), c.extractor(), names, c.convAct());
    Value normed = layers.norm(frames, "feature_norm", c.extractor().channels(), sizes.eps());
    Value projected = layers.linear(normed, "projection");
    Value padding = new Padding(ops).ofFrames(input.mask(), c.extractor(), projected);
    Value x = ops.where(ops.unsqueeze(padding, 2), ops.real(0), projected);
    Value h = x;
    for (int i = 0; i < c.positionLayers(); i++) {
      Value y = layers.samePadded(h, "positions." + i, c.positionGroups());
      h = Activations.of(ops, c.convAct(), layers.plainNorm(y, sizes.C(), EPS));
    }
    Value placed = c.positionLayers() == 0 ? x : ops.add(x, h);
    return encoded(
        layers.norm(placed, "norm", sizes.C(), sizes.eps()), padding, -1, Axis.of("frames"), null);
  }

  private Encoded text(TextConfig c) {
    TokenLayers.Input input = TokenLayers.Input.in(ops);
    Value x = layers.rows("words", input.ids());
    x = ops.add(x, ops.gather(layers.parameter("types"), ops.graph().whole(0), 0));
    if (c.placement() == TextConfig.Placement.ABSOLUTE) {
      Value places = TokenLayers.places(ops, input.ids(), c.padding());
      x = ops.add(x, ops.gather(layers.parameter("positions"), places, 0));
    }
    Value embedded = layers.norm(x, "norm", sizes.C(), sizes.eps());
    return encoded(
        embedded, new Padding(ops).ofMask(input.mask()), 0, Axis.of("tokens"), distances(c, x));
  }

  private @Nullable Distances distances(TextConfig c, Value x) {
    return c.placement() == TextConfig.Placement.ABSOLUTE
        ? null
        : Distances.of(layers, c.placement(), c.positions(), sizes, x);
  }

  private Encoded encoded(
      Value x, Value padding, int first, Axis count, @Nullable Distances distances) {
    Value unseen = new Padding(ops).scores(padding);
    List<Value> outputs =
        stack(
            x,
            NormPlacement.POST,
            (layer, scores, q, k) -> {
              Value placed = distances == null ? scores : distances.add(layer, scores, q, k);
              return ops.add(placed, unseen);
            });
    return new Encoded(last(x, outputs), outputs, padding, 0, first, count, sizes.C());
  }
}
