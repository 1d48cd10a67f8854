package dev.d2v.model.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.d2v.model.Batch;
import dev.d2v.model.Data2Vec2;
import dev.d2v.model.Data2Vec2Config;
import dev.d2v.model.DecoderConfig;
import dev.d2v.model.DropConfig;
import dev.d2v.model.LossConfig;
import dev.d2v.model.MaskPlan;
import dev.d2v.model.ModalityConfig;
import dev.d2v.model.NormPlacement;
import dev.d2v.model.Observer;
import dev.d2v.model.Source;
import dev.d2v.model.TargetConfig;
import dev.d2v.model.image.ImageConfig;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.Workspace;
import dev.d2v.tensor.kernel.StepNumbers;
import dev.d2v.tensor.random.RandomStream;
import dev.d2v.tensor.spi.Backend;
import dev.d2v.tensor.spi.CpuBackend;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// The variants that no golden covers: the gradient of the whole step against the difference of its
/// loss along a random direction of all parameters. The teacher stays as it is, so targets are
/// constant.
final class VariantsTest {
  @Test
  void separableDecoder() {
    DecoderConfig decoder =
        new DecoderConfig(DecoderConfig.Kind.SEPARABLE, 16, 4, 3, 2, 0, false, false, true, 1, 2);
    agrees(NormPlacement.POST, DropConfig.none(), decoder, ImageConfig.Positions.SIN_COS);
  }

  @Test
  void standardPreNorm() {
    agrees(
        NormPlacement.PRE,
        DropConfig.none(),
        DecoderConfig.image(16, 4, 3, 2),
        ImageConfig.Positions.SIN_COS);
  }

  @Test
  void learnedPositions() {
    agrees(
        NormPlacement.POST,
        DropConfig.none(),
        DecoderConfig.image(16, 4, 3, 2),
        ImageConfig.Positions.LEARNED);
  }

  @Test
  void everyDrop() {
    agrees(
        NormPlacement.POST,
        new DropConfig(0.1, 0.1, 0.1, 0.1, 0.1, 0.3, 0.1, 0.2),
        DecoderConfig.image(16, 4, 3, 2),
        ImageConfig.Positions.SIN_COS);
  }

  @Test
  @DisplayName(
      "clsNorm: what the CLS token predicts is the mean target, standardised over the batch")
  void standardisedClsTarget() {
    Recipe tiny =
        Tiny.recipe(
            NormPlacement.POST,
            DropConfig.none(),
            DecoderConfig.image(16, 4, 3, 2),
            ImageConfig.Positions.SIN_COS,
            1);
    Recipe recipe = with(tiny, new LossConfig(0, null, 1, 0.01, true, 0));
    Map<String, float[]> seen = new HashMap<>();
    agrees(
        recipe,
        (name, tensor) -> {
          if (name.equals("targets") || name.equals("target.cls.samples")) {
            seen.put(name, tensor.data().toArray(ValueLayout.JAVA_FLOAT));
          }
        });
    float[] targets = Objects.requireNonNull(seen.get("targets"));
    float[] cls = Objects.requireNonNull(seen.get("target.cls.samples"));
    int C = recipe.model().embedDim();
    int B = cls.length / C;
    int T = targets.length / cls.length;
    for (int c = 0; c < C; c++) {
      double[] means = new double[B];
      for (int i = 0; i < B * T; i++) {
        means[i / T] += targets[i * C + c] / (double) T;
      }
      double mean = Arrays.stream(means).sum() / B;
      double variance = Arrays.stream(means).map(m -> (m - mean) * (m - mean)).sum() / B;
      for (int b = 0; b < B; b++) {
        assertEquals((means[b] - mean) / Math.sqrt(variance + 1e-5), cls[b * C + c], 1e-3);
      }
    }
  }

  private static Recipe with(Recipe r, LossConfig loss) {
    Data2Vec2Config m = r.model();
    return new Recipe(
        r.name(),
        r.description(),
        new Data2Vec2Config(
            m.embedDim(),
            m.depth(),
            m.heads(),
            m.mlpRatio(),
            m.normEps(),
            m.normAffine(),
            m.norm(),
            m.drop(),
            m.masksPerSample(),
            new TargetConfig(2, false, true, false, false, false, false),
            loss,
            m.ema(),
            m.sharedDecoder(),
            m.maeInit(),
            m.image(),
            m.speech(),
            m.text()),
        r.train(),
        r.data(),
        r.probe());
  }

  private static void agrees(
      NormPlacement norm, DropConfig drop, DecoderConfig decoder, ImageConfig.Positions positions) {
    agrees(Tiny.recipe(norm, drop, decoder, positions, 1), Observer.none());
  }

  private static void agrees(Recipe recipe, Observer observer) {
    try (Backend backend = CpuBackend.open(1, CpuBackend.Option.SCALAR);
        Data2Vec2 model = Data2Vec2.training(recipe.model(), backend);
        Workspace workspace = Workspace.poisoned(backend, 8 << 20)) {
      model.memory().initialize(11);
      ModalityConfig image = recipe.model().modality();
      MaskPlan plan =
          new Pretrainer(recipe, model, workspace, backend.kernels())
              .masks(image, recipe.train().batch(), image.tokens(64), 0, 0);
      loss(model, recipe, plan, workspace, observer);
      RandomStream random = new RandomStream(5, 0, 0, 0);
      double slope = 0;
      float[][] directions = new float[model.memory().student().size()][];
      for (int i = 0; i < directions.length; i++) {
        Parameter p = model.memory().student().get(i);
        directions[i] = new float[p.shape().intSize()];
        if (p.hasGradient()) {
          float[] g = backend.floats(p.gradient());
          for (int j = 0; j < g.length; j++) {
            directions[i][j] = (float) (random.nextGaussian() * 0.02);
            slope += (double) g[j] * directions[i][j];
          }
        }
      }
      double h = 0.05;
      move(model, directions, h);
      double above = loss(model, recipe, plan, workspace, observer);
      move(model, directions, -2 * h);
      double below = loss(model, recipe, plan, workspace, observer);
      double difference = (above - below) / (2 * h);
      assertEquals(difference, slope, 0.01 * Math.abs(difference) + 0.02);
    }
  }

  private static void move(Data2Vec2 model, float[][] directions, double step) {
    for (int i = 0; i < directions.length; i++) {
      Parameter p = model.memory().student().get(i);
      float[] values = model.backend().floats(p.value());
      for (int j = 0; j < values.length; j++) {
        values[j] += (float) (step * directions[i][j]);
      }
      model.backend().upload(p.value(), values);
    }
  }

  private static double loss(
      Data2Vec2 model, Recipe recipe, MaskPlan plan, Workspace workspace, Observer observer) {
    Backend backend = model.backend();
    workspace.reset();
    model.memory().zeroGradients();
    StepNumbers numbers =
        new StepNumbers(
            workspace.take(Shape.of(StepNumbers.FLOATS)),
            workspace.take(Shape.of(StepNumbers.INTS), DType.I32));
    backend.upload(numbers.floats(), new float[StepNumbers.FLOATS]);
    backend.upload(numbers.ints(), new int[StepNumbers.INTS]);
    Pass pass = Pass.training(backend.kernels(), workspace, new Pass.Step(numbers, 0, 0, 0));
    Batch images = new Batch.Images(Tiny.images(recipe, 0, 0), recipe.train().batch());
    Source source = Source.of(images, recipe.model().modality(), backend, pass);
    double sum = 0;
    for (Tensor loss : model.step(source, plan, null, pass, observer).losses().values()) {
      sum += backend.floats(loss)[0];
    }
    assertEquals(0, pass.pending());
    return sum;
  }
}
