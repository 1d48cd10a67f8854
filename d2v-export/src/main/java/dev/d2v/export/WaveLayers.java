package dev.d2v.export;

import dev.d2v.export.onnx.Axis;
import dev.d2v.export.onnx.OnnxType;
import dev.d2v.export.onnx.Ops;
import dev.d2v.export.onnx.Value;
import dev.d2v.model.speech.ConvLayer;
import dev.d2v.model.speech.ConvSpec;
import dev.d2v.model.v1.Nonlinearity;
import java.util.ArrayList;
import java.util.List;

/// Waveforms to frames by strided convolutions: `h = act(norm(conv(h)))` a layer.
final class WaveLayers {
  private static final double EPS = 1e-5;

  private WaveLayers() {}

  /// The inputs of speech.
  ///
  /// @param values `input_values` (batch,samples)
  /// @param mask `attention_mask` (batch,samples), 1 = a sample of the clip
  record Input(Value values, Value mask) {
    static Input in(Ops ops) {
      Axis[] axes = {Axis.of("batch"), Axis.of("samples")};
      Value values = ops.graph().input("input_values", OnnxType.FLOAT, axes);
      return new Input(values, ops.graph().input("attention_mask", OnnxType.INT64, axes));
    }
  }

  /// How a layer is called.
  ///
  /// @param conv the convolution
  /// @param layerNorm a norm over channels, or empty
  /// @param timeNorm a norm of each channel over time, or empty
  record Names(String conv, String layerNorm, String timeNorm) {}

  /// The frames (B,T,channels) of waveforms (B,S).
  static Value of(Layers layers, Value wave, ConvSpec spec, List<Names> names, Nonlinearity act) {
    Ops ops = layers.ops();
    Value h = ops.unsqueeze(wave, 1);
    for (int i = 0; i < names.size(); i++) {
      ConvLayer layer = spec.layers().get(i);
      Names n = names.get(i);
      List<Value> inputs = new ArrayList<>(List.of(h, layers.parameter(n.conv + ".weight")));
      if (layers.has(n.conv + ".bias")) {
        inputs.add(layers.parameter(n.conv + ".bias"));
      }
      h = ops.conv(inputs, 1, new long[] {layer.stride()}, 0, 0);
      if (!n.layerNorm.isEmpty()) {
        h = layers.flipped(layers.norm(layers.flipped(h), n.layerNorm, layer.channels(), EPS));
      } else if (!n.timeNorm.isEmpty()) {
        Value scale = layers.parameter(n.timeNorm + ".weight");
        h = ops.instanceNorm(h, scale, layers.parameter(n.timeNorm + ".bias"), (float) EPS);
      }
      h = Activations.of(ops, act, h);
    }
    return layers.flipped(h);
  }
}
