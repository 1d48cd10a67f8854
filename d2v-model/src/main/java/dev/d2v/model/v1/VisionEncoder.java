package dev.d2v.model.v1;

import dev.d2v.model.Observer;
import dev.d2v.nn.Initializer;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.Storage;
import dev.d2v.nn.layer.AttentionBias;
import dev.d2v.nn.layer.LayerNorm;
import dev.d2v.nn.layer.PatchEmbedding;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.Backend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Images to tokens: patches behind a CLS token, positions, pre-norm layers whose scores have a
/// bias by the step from query to key.
final class VisionEncoder implements Encoder {
  private static final String TABLE = "relative_position_bias.relative_position_bias_table";

  private final VisionConfig config;
  private final PatchEmbedding patches;
  private final Parameter cls;
  private final @Nullable Parameter positions;
  private final List<EncoderLayer> layers = new ArrayList<>();

  /// (H,T,T), the same for all layers, or one for each, or none.
  private final List<Parameter> biases = new ArrayList<>();

  private final @Nullable LayerNorm norm;

  VisionEncoder(ParameterScope scope, VisionConfig config) {
    this.config = config;
    LayerConfig c = config.layers();
    Initializer zeros = Initializer.zeros();
    int T = config.tokens();
    this.patches =
        new PatchEmbedding(
            scope.child("patches"), config.channels(), config.patch(), c.C(), zeros, zeros);
    this.cls = scope.frozen("cls_token", Shape.of(1, c.C()), zeros);
    this.positions =
        config.absolutePositions() ? scope.frozen("positions", Shape.of(T, c.C()), zeros) : null;
    for (int i = 0; i < c.depth(); i++) {
      layers.add(new EncoderLayer(scope.child("layer." + i), c, true, null));
    }
    int tables = config.layerBias() ? c.depth() : config.sharedBias() ? 1 : 0;
    for (int i = 0; i < tables; i++) {
      biases.add(
          scope.parameter("bias." + i, Shape.of(c.heads(), T, T), zeros, Storage.Use.FILTER));
    }
    this.norm =
        config.meanPooling() ? null : new LayerNorm(scope.child("norm"), c.C(), c.eps(), true);
  }

  @Override
  public Features forward(Input input, Backend host, Observer observer, Pass pass) {
    if (!(input instanceof Input.Images images)) {
      throw Encoder.wrongInput("images", input);
    }
    int B = images.samples();
    int T = config.tokens();
    int C = config.layers().C();
    long expected = (long) B * config.channels() * config.height() * config.width();
    if (B < 1 || images.pixels().length != expected) {
      throw new IllegalArgumentException(
          "images: expected %d x %d x %d x %d numbers, got %d"
              .formatted(
                  B, config.channels(), config.height(), config.width(), images.pixels().length));
    }
    Tensor x = pass.freeing(Shape.of(B, T, C), () -> embedded(images, host, pass));
    observer.see("hidden_states.0", x);
    for (int i = 0; i < layers.size(); i++) {
      x = layer(i, x, host, pass);
      observer.see("hidden_states." + (i + 1), x);
    }
    Tensor last = norm == null ? x : norm.forward(x, pass);
    return new Features(last, last, null);
  }

  private Tensor layer(int i, Tensor x, Backend host, Pass pass) {
    EncoderLayer layer = layers.get(i);
    if (biases.isEmpty()) {
      return layer.forward(x, new AttentionBias(null, null, null), host, pass);
    }
    Parameter bias = biases.get(Math.min(i, biases.size() - 1));
    if (bias.stored() == null) {
      return layer.forward(x, bias(bias.compute()), host, pass);
    }
    return pass.freeing(x.shape(), () -> layer.forward(x, bias(bias.widened(pass)), host, pass));
  }

  private AttentionBias bias(Tensor table) {
    int T = config.tokens();
    return new AttentionBias(table.reshape(1, config.layers().heads(), T, T), null, null);
  }

  private Tensor embedded(Input.Images images, Backend host, Pass pass) {
    int B = images.samples();
    int T = config.tokens();
    int C = config.layers().C();
    Tensor pixels = pass.take(B, config.channels(), config.height(), config.width());
    host.upload(pixels, images.pixels());
    Tensor tokens = patches.forward(pixels, pass);
    int[] rows = new int[B * T];
    Arrays.setAll(rows, i -> i % T == 0 ? -1 : i / T * (T - 1) + i % T - 1);
    Tensor index = pass.workspace().take(Shape.of(B * T), DType.I32);
    host.upload(index, rows);
    Tensor x = pass.take(B, T, C);
    pass.kernels().gather().gatherRows(x, tokens, cls.compute(), index, B * T, C);
    if (positions != null) {
      pass.kernels().elementwise().addRows(x, x, positions.compute(), B * T, T, C);
    }
    return x;
  }

  @Override
  public void load(WeightLoader file) {
    file.copy(patches.weight(), "embeddings.patch_embeddings.projection.weight");
    file.copy(patches.bias(), "embeddings.patch_embeddings.projection.bias");
    file.copy(cls, "embeddings.cls_token");
    if (positions != null) {
      file.copy(positions, "embeddings.position_embeddings");
    }
    if (config.maskToken()) {
      file.ignore("embeddings.mask_token");
    }
    for (int i = 0; i < layers.size(); i++) {
      String at = "encoder.layer." + i + ".";
      EncoderLayer.Names names =
          new EncoderLayer.Names(
              at + "attention.attention.query",
              at + "attention.attention.key",
              at + "attention.attention.value",
              at + "attention.output.dense",
              at + "layernorm_before",
              at + "intermediate.dense",
              at + "output.dense",
              at + "layernorm_after");
      boolean scaled = config.layerScale();
      layers
          .get(i)
          .load(
              file, names, false, scaled ? at + "lambda_1" : null, scaled ? at + "lambda_2" : null);
    }
    // Made when the first table is there: nothing is computed for a file that does not fit.
    int[] steps = null;
    for (int i = 0; i < biases.size(); i++) {
      float[] table = table(file, i);
      if (table != null) {
        int[] made = steps == null ? steps(config.rows(), config.columns()) : steps;
        steps = made;
        file.fill(biases.get(i), () -> spread(table, made, config.layers().heads()));
      }
    }
    if (norm != null) {
      EncoderLayer.norm(file, norm, "layernorm");
    }
  }

  /// The table of a layer: its own, the shared one, or their sum; null when one is not there.
  private float @Nullable [] table(WeightLoader file, int layer) {
    Shape shape = Shape.of(config.distances(), config.layers().heads());
    String own = "encoder.layer." + layer + ".attention.attention." + TABLE;
    float[] first = config.layerBias() ? file.floats(own, shape) : null;
    float[] shared = config.sharedBias() ? file.floats("encoder." + TABLE, shape) : null;
    if (!config.layerBias() || !config.sharedBias()) {
      return config.layerBias() ? first : shared;
    }
    if (first == null || shared == null) {
      return null;
    }
    add(first, shared);
    return first;
  }

  private static void add(float[] to, float[] from) {
    for (int i = 0; i < to.length; i++) {
      to[i] += from[i];
    }
  }

  /// For a window of patches, the row (T,T) of a table that query i and key j take: of two patches
  /// `(yi-yj+rows-1) * (2 columns - 1) + xi-xj+columns-1`; CLS to a patch row n-3, a patch to CLS
  /// n-2, CLS to itself n-1. Source: BEiT.
  static int[] steps(int rows, int columns) {
    int T = 1 + rows * columns;
    int n = (2 * rows - 1) * (2 * columns - 1) + 3;
    int[] steps = new int[T * T];
    Arrays.fill(steps, 0, T, n - 3);
    steps[0] = n - 1;
    for (int i = 1; i < T; i++) {
      steps[i * T] = n - 2;
      for (int j = 1; j < T; j++) {
        int dy = (i - 1) / columns - (j - 1) / columns;
        int dx = (i - 1) % columns - (j - 1) % columns;
        steps[i * T + j] = (dy + rows - 1) * (2 * columns - 1) + dx + columns - 1;
      }
    }
    return steps;
  }

  /// The bias (H,T,T) of a table (n,H): a row of it for each of the `steps`.
  static float[] spread(float[] table, int[] steps, int H) {
    float[] bias = new float[H * steps.length];
    for (int h = 0; h < H; h++) {
      spread(table, steps, H, h, bias);
    }
    return bias;
  }

  private static void spread(float[] table, int[] steps, int H, int h, float[] bias) {
    for (int i = 0; i < steps.length; i++) {
      bias[h * steps.length + i] = table[steps[i] * H + h];
    }
  }
}
