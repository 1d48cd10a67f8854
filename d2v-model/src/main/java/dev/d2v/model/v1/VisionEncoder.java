package dev.d2v.model.v1;

import dev.d2v.model.Observer;
import dev.d2v.nn.Initializer;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
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

  /// (1,H,T,T), the same for all layers, or one for each, or none.
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
      biases.add(scope.frozen("bias." + i, Shape.of(1, c.heads(), T, T), zeros));
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
      Tensor bias = biases.isEmpty() ? null : biases.get(Math.min(i, biases.size() - 1)).compute();
      x = layers.get(i).forward(x, new AttentionBias(bias, null, null), host, pass);
      observer.see("hidden_states." + (i + 1), x);
    }
    Tensor last = norm == null ? x : norm.forward(x, pass);
    return new Features(last, last, null);
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
    for (int i = 0; i < biases.size(); i++) {
      file.fill(biases.get(i), bias(file, i));
    }
    if (norm != null) {
      EncoderLayer.norm(file, norm, "layernorm");
    }
  }

  /// The bias of a layer: its own table's, the shared table's, or their sum.
  private float[] bias(WeightLoader file, int layer) {
    int H = config.layers().heads();
    Shape shape = Shape.of(config.distances(), H);
    float[] table = new float[shape.intSize()];
    if (config.layerBias()) {
      add(table, file.floats("encoder.layer." + layer + ".attention.attention." + TABLE, shape));
    }
    if (config.sharedBias()) {
      add(table, file.floats("encoder." + TABLE, shape));
    }
    return spread(table, config.rows(), config.columns(), H);
  }

  private static void add(float[] to, float[] from) {
    for (int i = 0; i < to.length; i++) {
      to[i] += from[i];
    }
  }

  /// The bias (H,T,T) of a table (n,H) for a window of patches: query patch i and key patch j take
  /// row `(yi-yj+rows-1) * (2 columns - 1) + xi-xj+columns-1`; CLS to a patch row n-3, a patch to
  /// CLS n-2, CLS to itself n-1. Source: BEiT.
  static float[] spread(float[] table, int rows, int columns, int H) {
    int T = 1 + rows * columns;
    int n = (2 * rows - 1) * (2 * columns - 1) + 3;
    float[] bias = new float[H * T * T];
    for (int i = 0; i < T; i++) {
      for (int j = 0; j < T; j++) {
        int row;
        if (i == 0 || j == 0) {
          row = i != 0 ? n - 2 : j != 0 ? n - 3 : n - 1;
        } else {
          int dy = (i - 1) / columns - (j - 1) / columns;
          int dx = (i - 1) % columns - (j - 1) % columns;
          row = (dy + rows - 1) * (2 * columns - 1) + dx + columns - 1;
        }
        for (int h = 0; h < H; h++) {
          bias[(h * T + i) * T + j] = table[row * H + h];
        }
      }
    }
    return bias;
  }
}
