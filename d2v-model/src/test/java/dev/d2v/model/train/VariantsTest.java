package dev.d2v.model.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.d2v.model.Batch;
import dev.d2v.model.Data2Vec2;
import dev.d2v.model.DecoderConfig;
import dev.d2v.model.DropConfig;
import dev.d2v.model.MaskPlan;
import dev.d2v.model.ModalityConfig;
import dev.d2v.model.NormPlacement;
import dev.d2v.model.Observer;
import dev.d2v.model.Source;
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

  private static void agrees(
      NormPlacement norm, DropConfig drop, DecoderConfig decoder, ImageConfig.Positions positions) {
    Recipe recipe = Tiny.recipe(norm, drop, decoder, positions, 1);
    try (Backend backend = CpuBackend.open(1, CpuBackend.Option.SCALAR);
        Data2Vec2 model = Data2Vec2.training(recipe.model(), backend);
        Workspace workspace = Workspace.poisoned(backend, 8 << 20)) {
      model.memory().initialize(11);
      ModalityConfig image = recipe.model().modality();
      MaskPlan plan =
          new Pretrainer(recipe, model, workspace, backend.kernels())
              .masks(image, recipe.train().batch(), image.tokens(64), 0, 0);
      loss(model, recipe, plan, workspace);
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
      double above = loss(model, recipe, plan, workspace);
      move(model, directions, -2 * h);
      double below = loss(model, recipe, plan, workspace);
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

  private static double loss(Data2Vec2 model, Recipe recipe, MaskPlan plan, Workspace workspace) {
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
    for (Tensor loss : model.step(source, plan, null, pass, Observer.none()).losses().values()) {
      sum += backend.floats(loss)[0];
    }
    assertEquals(0, pass.pending());
    return sum;
  }
}
