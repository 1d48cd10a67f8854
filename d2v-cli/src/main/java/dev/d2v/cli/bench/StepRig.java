package dev.d2v.cli.bench;

import dev.d2v.cli.job.Machine;
import dev.d2v.model.Batch;
import dev.d2v.model.Data2Vec2;
import dev.d2v.model.MaskPlan;
import dev.d2v.model.ModalityConfig;
import dev.d2v.model.text.TextConfig;
import dev.d2v.model.train.BatchSource;
import dev.d2v.model.train.Pretrainer;
import dev.d2v.model.train.Recipe;
import dev.d2v.model.train.StepPlan;
import dev.d2v.model.train.UpdateReport;
import dev.d2v.tensor.Workspace;
import dev.d2v.tensor.kernel.Meter;
import dev.d2v.tensor.kernel.MeteredKernels;
import dev.d2v.tensor.random.RandomStream;
import dev.d2v.tensor.spi.Backend;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/// A recipe ready to be trained on made-up samples, always the same ones, without data loading.
public final class StepRig implements AutoCloseable {
  private final Recipe recipe;
  private final StepPlan plan;
  private final ResidentMemory expected;
  private final List<Batch> made = new ArrayList<>();
  private final Backend backend;
  private final Data2Vec2 model;
  private final Workspace workspace;
  private final Pretrainer trainer;

  /// Plans, fails when the machine has too little memory, and opens.
  public StepRig(Recipe recipe, int threads) throws IOException {
    this.recipe = recipe;
    this.plan = StepPlan.of(recipe);
    Machine.require(plan);
    this.expected = ResidentMemory.of(recipe, plan);
    for (Batch.Shape shape : recipe.largestBatches()) {
      made.add(noise(shape, recipe));
    }
    this.backend = Backend.cpu(threads);
    this.model = Data2Vec2.training(recipe.model(), backend);
    this.workspace = Workspace.of(backend, plan.workspaceBytes());
    model.memory().initialize(recipe.train().seed());
    this.trainer = new Pretrainer(recipe, model, workspace, backend.kernels());
  }

  /// What is trained.
  public Recipe recipe() {
    return recipe;
  }

  /// The model as it is now.
  public Data2Vec2 model() {
    return model;
  }

  /// The samples of every micro-batch, for a recipe of one modality.
  public Batch batch() {
    return made.getFirst();
  }

  /// The masks that a micro-batch of the next update will have; they last until the next call.
  public MaskPlan masks(int microBatch) {
    Batch batch = batch();
    ModalityConfig modality = recipe.model().modality(batch.key());
    int T = modality.tokens(batch.length());
    return trainer.masks(modality, batch.samples(), T, trainer.updates(), microBatch);
  }

  StepPlan plan() {
    return plan;
  }

  ResidentMemory expected() {
    return expected;
  }

  String description() {
    return backend.description();
  }

  /// One update.
  public UpdateReport update() {
    return trainer.update(source());
  }

  private BatchSource source() {
    return (turn, micro) ->
        made.stream().filter(m -> m.key().equals(turn.key())).findFirst().orElseThrow();
  }

  /// Goes on from here with a meter on every kernel.
  Runnable metered(Meter meter) {
    Pretrainer metered =
        new Pretrainer(recipe, model, workspace, MeteredKernels.of(backend.kernels(), meter));
    metered.resumeAt(trainer.updates());
    return () -> metered.update(source());
  }

  /// Bytes that all threads have allocated on the Java heap so far; 0 where the JVM does not say.
  public static long allocated() {
    return ManagementFactory.getThreadMXBean() instanceof com.sun.management.ThreadMXBean threads
        ? threads.getTotalThreadAllocatedBytes()
        : 0;
  }

  /// A batch of made-up samples: normal noise, or tokens all over the vocabulary.
  private static Batch noise(Batch.Shape shape, Recipe recipe) {
    RandomStream random = new RandomStream(1, 0, 0, 0);
    return switch (shape.zeros()) {
      case Batch.Images images ->
          new Batch.Images(normal(images.pixels(), random), shape.samples());
      case Batch.Waves waves ->
          new Batch.Waves(normal(waves.waves(), random), shape.samples(), null);
      case Batch.Texts texts -> {
        int words = ((TextConfig) recipe.model().modality("TEXT")).vocabulary();
        for (int i = 0; i < texts.ids().length; i++) {
          texts.ids()[i] = 4 + random.nextInt(words - 4);
        }
        yield texts;
      }
    };
  }

  private static float[] normal(float[] values, RandomStream random) {
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  @Override
  public void close() {
    workspace.close();
    model.close();
    backend.close();
  }
}
