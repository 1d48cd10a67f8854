package dev.d2v.model.v1;

import dev.d2v.model.Observer;
import dev.d2v.model.speech.ConvLayer;
import dev.d2v.model.speech.Frames;
import dev.d2v.nn.Initializer;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.layer.AttentionBias;
import dev.d2v.nn.layer.Conv1d;
import dev.d2v.nn.layer.Conv2d;
import dev.d2v.nn.layer.LayerNorm;
import dev.d2v.nn.layer.Linear;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.Backend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Waveforms to frames: strided convolutions with norms, a projection, convolutions over the
/// neighbours of a frame as its position, post-norm layers. Padded frames are zeros before the
/// positions and unseen by attention.
final class AudioEncoder implements Encoder {
  private static final double EPS = 1e-5;

  private final AudioConfig config;
  private final List<Conv1d> convs = new ArrayList<>();
  private final List<LayerNorm> convNorms = new ArrayList<>();
  private final LayerNorm featureNorm;
  private final Linear projection;
  private final List<Conv2d> positions = new ArrayList<>();
  private final LayerNorm plainNorm;
  private final LayerNorm norm;
  private final List<EncoderLayer> layers = new ArrayList<>();
  private float @Nullable [] shares;

  AudioEncoder(ParameterScope scope, AudioConfig config) {
    this.config = config;
    LayerConfig c = config.layers();
    Initializer zeros = Initializer.zeros();
    int in = 1;
    for (ConvLayer l : config.extractor().layers()) {
      ParameterScope at = scope.child("conv." + convs.size());
      Initializer bias = config.convBias() ? zeros : null;
      convs.add(new Conv1d(at, in, l.channels(), l.kernel(), l.stride(), 1, zeros, bias));
      convNorms.add(new LayerNorm(at.child("norm"), l.channels(), EPS, true));
      in = l.channels();
    }
    this.featureNorm = new LayerNorm(scope.child("feature_norm"), in, c.eps(), true);
    this.projection = new Linear(scope.child("projection").exact(), in, c.C(), zeros, zeros);
    for (int i = 0; i < config.positionLayers(); i++) {
      positions.add(
          new Conv2d(
              scope.child("positions." + i),
              c.C(),
              c.C(),
              config.positionKernel(),
              config.positionGroups(),
              true,
              zeros,
              zeros));
    }
    this.plainNorm = new LayerNorm(scope, c.C(), EPS, false);
    this.norm = new LayerNorm(scope.child("norm"), c.C(), c.eps(), true);
    for (int i = 0; i < c.depth(); i++) {
      layers.add(new EncoderLayer(scope.child("layer." + i), c, false, null));
    }
  }

  @Override
  public Features forward(Input input, Backend host, Observer observer, Pass pass) {
    if (!(input instanceof Input.Waves waves)) {
      throw Encoder.wrongInput("speech", input);
    }
    int B = waves.samples();
    int N = B < 1 ? 0 : waves.waves().length / B;
    int T = config.extractor().frames(N);
    if (T < 1 || waves.waves().length != B * N) {
      throw new IllegalArgumentException(
          "speech: expected %d clips of one length, at least %d samples each, got %d numbers"
              .formatted(B, config.extractor().minimumSamples(), waves.waves().length));
    }
    int[] padding =
        waves.lengths() == null
            ? null
            : Frames.padding(waves.lengths(), N, config.extractor()::frames);
    Shape shape = Shape.of(B, T, config.layers().C());
    Tensor extracted =
        pass.freeing(
            Shape.of(B, T, config.extractor().channels()),
            () -> featureNorm.forward(extract(waves, N, host, pass), pass));
    observer.see("extract_features", extracted);
    Tensor x = pass.freeing(shape, () -> placed(extracted, padding, host, pass));
    Tensor mixed = shares == null ? null : pass.take(shape);
    mix(mixed, x, 0, pass);
    observer.see("hidden_states.0", x);
    AttentionBias bias = new AttentionBias(null, uploaded(padding, B, T, host, pass), null);
    for (int i = 0; i < layers.size(); i++) {
      x = layers.get(i).forward(x, bias, host, pass);
      mix(mixed, x, i + 1, pass);
      observer.see("hidden_states." + (i + 1), x);
    }
    return new Features(x, mixed == null ? x : mixed, padding);
  }

  private Tensor extract(Input.Waves waves, int N, Backend host, Pass pass) {
    Tensor h = pass.take(waves.samples(), N, 1);
    host.upload(h, waves.waves());
    for (int i = 0; i < convs.size(); i++) {
      Tensor from = h;
      int layer = i;
      h =
          pass.freeing(
              convs.get(i).outputShape(h.shape()),
              () -> {
                Tensor y = convs.get(layer).forward(from, pass);
                Tensor normed = convNorms.get(layer).forward(y, pass);
                config.convAct().inPlace(normed, pass);
                return normed;
              });
    }
    return h;
  }

  /// `LN(x + positions(x))`, x the projected frames, padded ones zero.
  private Tensor placed(Tensor extracted, int @Nullable [] padding, Backend host, Pass pass) {
    Tensor x = projection.forward(extracted, pass);
    if (padding != null) {
      int rows = x.shape().rows();
      int[] kept = new int[rows];
      Arrays.setAll(kept, i -> padding[i] != 0 ? -1 : i);
      Tensor index = pass.workspace().take(Shape.of(rows), DType.I32);
      host.upload(index, kept);
      Tensor y = pass.take(x.shape());
      pass.kernels().gather().gatherRows(y, x, null, index, rows, x.shape().dim(-1));
      x = y;
    }
    Tensor h = x;
    for (Conv2d conv : positions) {
      Tensor from = h;
      h =
          pass.freeing(
              x.shape(),
              () -> {
                Tensor y = plainNorm.forward(conv.forward(from, pass), pass);
                config.convAct().inPlace(y, pass);
                return y;
              });
    }
    return positions.isEmpty() ? norm.forward(x, pass) : norm.forwardSum(x, h, pass);
  }

  private static @Nullable Tensor uploaded(
      int @Nullable [] padding, int B, int T, Backend host, Pass pass) {
    if (padding == null) {
      return null;
    }
    Tensor t = pass.workspace().take(Shape.of(B, T), DType.I32);
    host.upload(t, padding);
    return t;
  }

  private void mix(@Nullable Tensor mixed, Tensor x, int layer, Pass pass) {
    if (mixed != null && shares != null) {
      if (layer == 0) {
        pass.kernels().elementwise().scale(mixed, x, shares[0], x.size());
      } else {
        pass.kernels().elementwise().axpy(mixed, x, shares[layer], x.size());
      }
    }
  }

  @Override
  public void load(WeightLoader file) {
    for (int i = 0; i < convs.size(); i++) {
      String at = "feature_extractor.conv_layers." + i + ".";
      file.copy(convs.get(i).weight(), at + "conv.weight");
      Parameter bias = convs.get(i).bias();
      if (bias != null) {
        file.copy(bias, at + "conv.bias");
      }
      EncoderLayer.norm(file, convNorms.get(i), at + "layer_norm");
    }
    EncoderLayer.norm(file, featureNorm, "feature_projection.layer_norm");
    EncoderLayer.load(file, projection, "feature_projection.projection", null);
    for (int i = 0; i < positions.size(); i++) {
      String at = "encoder.pos_conv_embed.layers." + i + ".conv.";
      file.copy(positions.get(i).weight(), at + "weight");
      file.copy(positions.get(i).bias(), at + "bias");
    }
    EncoderLayer.norm(file, norm, "encoder.layer_norm");
    for (int i = 0; i < layers.size(); i++) {
      String at = "encoder.layers." + i + ".";
      EncoderLayer.Names names =
          new EncoderLayer.Names(
              at + "attention.q_proj",
              at + "attention.k_proj",
              at + "attention.v_proj",
              at + "attention.out_proj",
              at + "layer_norm",
              at + "feed_forward.intermediate_dense",
              at + "feed_forward.output_dense",
              at + "final_layer_norm");
      layers.get(i).load(file, names, true, null, null);
    }
    file.ignore("masked_spec_embed");
    if (config.weightedLayers()
        && (config.head() == Head.AUDIO_CLASSES || config.head() == Head.FRAME_CLASSES)) {
      float[] weights = file.floats("layer_weights", Shape.of(layers.size() + 1));
      shares = weights == null ? null : softmax(weights);
    }
  }

  private static float[] softmax(float[] x) {
    double max = Double.NEGATIVE_INFINITY;
    for (float v : x) {
      max = Math.max(max, v);
    }
    double sum = 0;
    for (float v : x) {
      sum += Math.exp(v - max);
    }
    float[] y = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = (float) (Math.exp(x[i] - max) / sum);
    }
    return y;
  }
}
