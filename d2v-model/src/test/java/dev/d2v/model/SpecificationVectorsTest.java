package dev.d2v.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.d2v.model.image.ImageConfig;
import dev.d2v.model.speech.ConvFeatureExtractor;
import dev.d2v.model.speech.SpeechConfig;
import dev.d2v.model.text.TextConfig;
import dev.d2v.model.text.TextEmbeddings;
import dev.d2v.nn.HostArrays;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.Pass;
import dev.d2v.nn.layer.Alibi;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Workspace;
import dev.d2v.tensor.kernel.StepNumbers;
import dev.d2v.tensor.spi.Backend;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// One step of each modality with parameters that a formula gives, against numbers of the official
/// modules: `s = sin(0.7 i + 1.3 t + 0.5 + phase)` for element i of the t-th parameter by name;
/// norm weights `1 + 0.1 s`, other vectors `0.1 s`, `alibi_scale` `1 + 0.5 s`, the rest `0.2 s`;
/// phase 0 for the student, 0.9 for the teacher. Tables of sines keep their values.
final class SpecificationVectorsTest {
  private static final double TOLERANCE = 3e-5;

  @Test
  void images() {
    ImageConfig image =
        new ImageConfig(
            32,
            3,
            8,
            ImageConfig.Positions.SIN_COS,
            1,
            false,
            true,
            1,
            null,
            PrenetConfig.of(1),
            mask(),
            decoder(16, 4, true, 1));
    float[] pixels = new float[2 * 3 * 32 * 32];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) Math.sin(0.01 * i);
    }
    int[][] visible = {{0, 1, 4, 5}, {2, 3, 6, 7}, {5, 6, 9, 10}, {10, 11, 14, 15}};
    try (Step step =
        new Step(
            config(16, 2, 1e-6, 0.01, null, false, image, null, null),
            new Batch.Images(pixels, 2),
            mask(visible, 16, 0))) {
      step.counts(48, 382.138977 + 7.491222, 8.117295);
      step.loss("IMAGE_regression", 382.138977);
      step.loss("cls", 7.491222);
      step.spread("pred_var", 0.7806071);
      step.spread("target_var", 0.9493505);
      step.row("context_x", 0, 1.4290332, 1.2503360, 0.7408265, 0.1822333);
      step.row("encoder_out", 0, 0.6607280, 0.8657658, 0.7955653, 0.5333673);
      step.row("encoder_out", 4 * 5 - 1, -1.3619118, 0.7401572, 1.0743476, -0.2796146);
      step.row("decoder_out.0", 2, 0.5445998, 1.0900131, -0.1785281, -1.1679640);
      step.row("targets", 2, 0.3345188, -0.7015043, -0.9355822, -1.5720441);
      step.gradients(26.702085);
      step.gradient("blocks.0.attn.qkv.weight", 1.048344, 9.115479e-4);
      step.gradient("blocks.1.mlp.fc1.weight", 7.777219, -2.836069e-1);
      step.gradient("modality_encoders.IMAGE.decoder.blocks.0.0.weight", 5.084263, -3.117941e-2);
      step.gradient("modality_encoders.IMAGE.decoder.proj.weight", 4.901854, 1.612240e-1);
      step.gradient("modality_encoders.IMAGE.extra_tokens", 0.3498443, -9.058308e-2);
      step.gradient("modality_encoders.IMAGE.local_encoder.proj.weight", 12.34397, -2.104345e-2);
      step.gradient("modality_encoders.IMAGE.context_encoder.norm.weight", 1.041478, 1.088534e-1);
    }
  }

  @Test
  void speech() {
    SpeechConfig speech =
        new SpeechConfig(
            "[(8, 4, 2), (8, 3, 2)]",
            ConvFeatureExtractor.Mode.LAYER_NORM,
            false,
            null,
            SpeechConfig.Positions.CONVOLUTIONS,
            10,
            4,
            2,
            false,
            100,
            0,
            true,
            false,
            1,
            new AlibiConfig(Alibi.Distance.MANHATTAN, 1, true, true, false),
            true,
            PrenetConfig.of(1),
            mask(),
            decoder(8, 4, true, 1));
    float[] waves = new float[2 * 62];
    for (int n = 0; n < 62; n++) {
      waves[n] = (float) Math.sin(0.05 * n);
      waves[62 + n] = (float) Math.cos(0.11 * n);
    }
    int[][] masked = {
      {1, 2, 3, 8, 9, 10}, {0, 4, 5, 6, 7, 12}, {2, 3, 4, 5, 9, 13}, {6, 7, 8, 9, 10, 11}
    };
    try (Step step =
        new Step(
            config(24, 3, 1e-5, 0, null, false, null, speech, null),
            new Batch.Waves(waves, 2, null),
            mask(masked, 14, 1))) {
      step.counts(24, 103.308899, 4.304537);
      step.spread("pred_var", 0.2661971);
      step.spread("target_var", 0.7595115);
      step.row("context_x", 0, -0.2465055, -0.8591169, 0.1599069, 0.5637605);
      step.row("encoder_out", 0, -1.3251408, -0.7208732, 1.2228278, -0.3056932);
      step.row("encoder_out", 4 * 8 - 1, -1.5212630, -0.2641548, 0.4279213, -0.9412698);
      step.row("decoder_out.0", 2, 0.7722057, 0.8148111, 0.4905505, -0.0559389);
      step.row("targets", 2, -0.6122329, 0.2352839, -0.2369300, -0.6583015);
      step.row("targets", 14 + 13, 0.9288477, 0.3888317, -0.8234923, 1.0677200);
      step.gradients(48.338472);
      step.gradient("modality_encoders.AUDIO.alibi_scale", 4.570105e-3, -3.698788e-3);
      step.gradient(
          "modality_encoders.AUDIO.relative_positional_encoder.1.0.weight", 7.985296, -1.833792e-1);
      step.gradient(
          "modality_encoders.AUDIO.local_encoder.conv_layers.0.0.weight", 1.014262, -2.477731e-1);
      step.gradient("modality_encoders.AUDIO.project_features.2.weight", 40.84194, 3.151701e-1);
      step.gradient("modality_encoders.AUDIO.decoder.blocks.1.0.weight", 5.607008, 6.467409e-1);
    }
  }

  @Test
  void text() {
    TextConfig text =
        new TextConfig(
            20,
            16,
            TextEmbeddings.Positions.LEARNED,
            false,
            true,
            0,
            0,
            true,
            false,
            1,
            null,
            PrenetConfig.of(0),
            mask(),
            decoder(8, 1, false, 2));
    int[] ids = {0, 5, 6, 7, 8, 9, 10, 2, 0, 11, 12, 13, 14, 2, 1, 1};
    int[][] masked = {{1, 3, 5, 7}, {0, 2, 4, 6}, {1, 2, 3, 6}, {0, 4, 5, 7}};
    try (Step step =
        new Step(
            config(16, 2, 1e-5, 0, 1.0, true, null, null, text),
            new Batch.Texts(ids, 2),
            mask(masked, 8, 1))) {
      step.counts(16, 107.925163, 6.745323);
      step.spread("pred_var", 0.1186346);
      step.spread("target_var", 0.6501396);
      step.row("context_x", 0, 0.7623572, 1.3827580, 1.2646052, 0.5692243);
      step.row("encoder_out", 0, 0.5433509, 0.5902137, 0.7603079, 0.9549829);
      step.row("encoder_out", 4 * 4 - 1, -1.6648610, -0.2135467, 0.3924949, -0.2856400);
      step.row("decoder_out.0", 2, 0.1357099, -0.0793256, -0.1007480, 0.0317619);
      step.row("targets", 2, -0.6001448, -0.1367523, 0.5444657, 0.8608981);
      step.row("targets", 8 + 7, -0.1623711, 0.5073286, 0.9340767, 0.7212753);
      step.gradients(19.533864);
      step.gradient(
          "modality_encoders.TEXT.local_encoder.embed_tokens.weight", 7.656159, -1.017914e-1);
      step.gradient("modality_encoders.TEXT.local_encoder.embed_positions.weight", 8.124242, 0);
      step.gradient("modality_encoders.TEXT.decoder.proj.0.weight", 1.334491, -7.751501e-2);
    }
  }

  private static MaskConfig mask() {
    return new MaskConfig(MaskConfig.Kind.BLOCK, 0.5, 0, 1, false, 0, false, false, 0, 0);
  }

  private static DecoderConfig decoder(
      int dim, int groups, boolean residual, int projectionLayers) {
    return new DecoderConfig(
        DecoderConfig.Kind.GROUPED,
        dim,
        groups,
        3,
        2,
        0,
        false,
        false,
        residual,
        projectionLayers,
        2);
  }

  private static Data2Vec2Config config(
      int C,
      int heads,
      double eps,
      double cls,
      @org.jspecify.annotations.Nullable Double lossScale,
      boolean sharedBlocksOnly,
      @org.jspecify.annotations.Nullable ImageConfig image,
      @org.jspecify.annotations.Nullable SpeechConfig speech,
      @org.jspecify.annotations.Nullable TextConfig text) {
    return new Data2Vec2Config(
        C,
        2,
        heads,
        4,
        eps,
        true,
        NormPlacement.POST,
        DropConfig.none(),
        2,
        new TargetConfig(2, false, false, true, false, image != null, false),
        new LossConfig(0, lossScale, 1, cls, 0),
        new EmaConfig(0.9, 0.9, EmaConfig.Kind.LINEAR, 1, 0, sharedBlocksOnly),
        null,
        false,
        image,
        speech,
        text);
  }

  /// Masks (R,T) with `value` at the chosen places of each row.
  private static int[] mask(int[][] rows, int T, int value) {
    int[] mask = new int[rows.length * T];
    Arrays.fill(mask, 1 - value);
    for (int r = 0; r < rows.length; r++) {
      for (int t : rows[r]) {
        mask[r * T + t] = value;
      }
    }
    return mask;
  }

  /// One step, and what it showed.
  private static final class Step implements AutoCloseable {
    private final Backend backend = Backend.cpu(1);
    private final Data2Vec2 model;
    private final Workspace workspace;
    private final Data2Vec2.Losses losses;
    private final Map<String, float[]> seen = new HashMap<>();

    Step(Data2Vec2Config config, Batch batch, int[] mask) {
      model = Data2Vec2.training(config, backend);
      workspace = Workspace.of(backend, 16 << 20);
      fill(model.memory().student(), 0);
      fill(model.memory().teacher(), 0.9);
      model.memory().zeroGradients();
      StepNumbers numbers =
          new StepNumbers(
              workspace.take(Shape.of(StepNumbers.FLOATS)),
              workspace.take(Shape.of(StepNumbers.INTS), DType.I32));
      backend.upload(numbers.floats(), new float[StepNumbers.FLOATS]);
      backend.upload(numbers.ints(), new int[StepNumbers.INTS]);
      Pass pass = Pass.training(backend.kernels(), workspace, new Pass.Step(numbers, 0, 0, 0));
      Source source = Source.of(batch, config.modality(), backend, pass);
      MaskPlan plan = MaskPlan.of(mask, 2, 2, source.tokens(), 0, new HostArrays());
      losses =
          model.step(
              source,
              plan,
              null,
              pass,
              (name, tensor) -> {
                if (tensor.type() == DType.F32) {
                  seen.put(name, backend.floats(tensor));
                }
              });
      assertEquals(0, pass.pending());
    }

    private void fill(List<Parameter> parameters, double phase) {
      List<String> names = parameters.stream().map(Parameter::name).sorted().toList();
      for (Parameter p : parameters) {
        if (!p.trainable() || p.name().endsWith(".positions")) {
          backend.upload(p.value(), p.initializer().draw(p.shape().intSize(), random()));
          continue;
        }
        int t = names.indexOf(p.name());
        float[] values = new float[p.shape().intSize()];
        for (int i = 0; i < values.length; i++) {
          double s = Math.sin(0.7 * i + 1.3 * t + 0.5 + phase);
          boolean vector = p.shape().rank() == 1;
          double value = vector ? 0.1 * s : 0.2 * s;
          if (vector && p.name().endsWith("weight")) {
            value = 1 + 0.1 * s;
          } else if (p.name().endsWith("alibi_scale")) {
            value = 1 + 0.5 * s;
          }
          values[i] = (float) value;
        }
        backend.upload(p.value(), values);
      }
    }

    private static dev.d2v.tensor.random.RandomStream random() {
      return new dev.d2v.tensor.random.RandomStream(0, 0, 0, 0);
    }

    private static void near(String what, double expected, double actual) {
      assertEquals(expected, actual, TOLERANCE * Math.max(1, Math.abs(expected)), what);
    }

    void counts(int sampleSize, double sum, double perToken) {
      assertEquals(sampleSize, losses.sampleSize());
      double total = 0;
      for (String name : losses.losses().keySet()) {
        total += value(losses.losses(), name);
      }
      near("sum of losses", sum, total);
      near("loss per token", perToken, total / sampleSize);
    }

    private double value(Map<String, dev.d2v.tensor.Tensor> slots, String name) {
      return backend.floats(java.util.Objects.requireNonNull(slots.get(name), name))[0];
    }

    void loss(String name, double expected) {
      near(name, expected, value(losses.losses(), name));
    }

    void spread(String name, double expected) {
      near(name, expected, value(losses.spreads(), name));
    }

    /// The first four channels of a row of a tensor with C channels.
    void row(String name, int row, double... expected) {
      float[] values = java.util.Objects.requireNonNull(seen.get(name), name);
      int C = model.config().embedDim();
      for (int c = 0; c < expected.length; c++) {
        near(name + " row " + row + " channel " + c, expected[c], values[row * C + c]);
      }
    }

    void gradients(double norm) {
      double sum = 0;
      for (Parameter p : model.memory().student()) {
        sum += p.trainable() ? square(p) : 0;
      }
      near("norm of all gradients", norm, Math.sqrt(sum));
    }

    void gradient(String name, double norm, double first) {
      Parameter p =
          model.memory().student().stream()
              .filter(q -> q.name().equals(name))
              .findFirst()
              .orElseThrow();
      near("norm of the gradient of " + name, norm, Math.sqrt(square(p)));
      near("gradient of " + name, first, backend.floats(p.gradient())[0] / losses.sampleSize());
    }

    private double square(Parameter p) {
      double sum = 0;
      for (float g : backend.floats(p.gradient())) {
        double scaled = g / (double) losses.sampleSize();
        sum += scaled * scaled;
      }
      return sum;
    }

    @Override
    public void close() {
      workspace.close();
      model.close();
      backend.close();
    }
  }
}
