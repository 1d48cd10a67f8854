package dev.d2v.model.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.d2v.model.Batch;
import dev.d2v.model.Data2Vec2;
import dev.d2v.model.MaskPlan;
import dev.d2v.model.ModalityConfig;
import dev.d2v.model.Observer;
import dev.d2v.model.Source;
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

/// The gradient of a whole step against the difference of its loss along a random direction of all
/// parameters. The teacher stays as it is; targets are constant where it reads nothing of the
/// student's.
final class StepGradient {
  private StepGradient() {}

  static void agrees(Recipe recipe, Batch batch, Observer observer) {
    try (Backend backend = CpuBackend.open(1, CpuBackend.Option.SCALAR);
        Data2Vec2 model = Data2Vec2.training(recipe.model(), backend);
        Workspace workspace = Workspace.poisoned(backend, 8 << 20)) {
      model.memory().initialize(11);
      ModalityConfig modality = recipe.model().modality();
      int T = modality.tokens(batch.length());
      MaskPlan plan =
          new Pretrainer(recipe, model, workspace, backend.kernels())
              .masks(modality, batch.samples(), T, 0, 0);
      loss(model, batch, plan, workspace, observer);
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
      double above = loss(model, batch, plan, workspace, observer);
      move(model, directions, -2 * h);
      double below = loss(model, batch, plan, workspace, observer);
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
      Data2Vec2 model, Batch batch, MaskPlan plan, Workspace workspace, Observer observer) {
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
    Source source = Source.of(batch, model.config().modality(), backend, pass);
    double sum = 0;
    for (Tensor loss : model.step(source, plan, null, pass, observer).losses().values()) {
      sum += backend.floats(loss)[0];
    }
    assertEquals(0, pass.pending());
    return sum;
  }
}
