package dev.d2v.model.train;

import dev.d2v.model.ConfigChecks;
import dev.d2v.model.Data2Vec2;
import dev.d2v.model.MaskPlan;
import dev.d2v.model.Masks;
import dev.d2v.model.ModelMemory;
import dev.d2v.model.Observer;
import dev.d2v.model.image.ImageConfig;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.Pass;
import dev.d2v.nn.Streams;
import dev.d2v.nn.optim.AdamW;
import dev.d2v.nn.optim.Ema;
import dev.d2v.nn.optim.GradientClip;
import dev.d2v.nn.optim.Schedule;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.Workspace;
import dev.d2v.tensor.kernel.Kernels;
import dev.d2v.tensor.kernel.StepNumbers;
import dev.d2v.tensor.random.RandomStream;
import dev.d2v.tensor.spi.Backend;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One optimiser update after another:
///
/// 1. for each micro-batch: draw M masks a sample, forward, losses, backward; gradients add up
/// 2. gradients / N, N the masked tokens of the update; global norm, clipping
/// 3. AdamW with lr(u), and in the same pass the teacher, `t = d t + (1-d) p` with d(u+1)
///
/// u counts the updates done. The official code averages the teacher at the start of the next
/// update; doing it at the end of this one gives the same teacher for every forward. Source:
/// fairseq `trainer.py`, `ema_module.py`.
public final class Pretrainer {
  private final TrainConfig train;
  private final Data2Vec2 model;
  private final Workspace workspace;
  private final Kernels kernels;
  private final Backend backend;
  private final Schedule learningRate;
  private final Ema ema;
  private final AdamW adam;
  private final GradientClip clip;
  private long updates;

  /// A trainer of a model that is initialised or loaded.
  ///
  /// @param kernels the backend's, or metered ones
  public Pretrainer(Recipe recipe, Data2Vec2 model, Workspace workspace, Kernels kernels) {
    this.train = recipe.train();
    this.model = model;
    this.workspace = workspace;
    this.kernels = kernels;
    this.backend = model.backend();
    this.learningRate = train.learningRate().over(train.updates());
    this.ema = new Ema(model.config().ema().over(train.updates()));
    this.adam = new AdamW(train.beta1(), train.beta2(), train.eps(), train.weightDecay());
    this.clip = new GradientClip(train.clipNorm());
  }

  /// Updates done so far.
  public long updates() {
    return updates;
  }

  /// Goes on from a checkpoint.
  public void resumeAt(long update) {
    this.updates = update;
  }

  /// The masks of a micro-batch: a pure function of seed, update and row.
  public MaskPlan masks(long update, int microBatch) {
    ImageConfig image = model.config().image();
    int M = model.config().masksPerSample();
    int R = train.batch() * M;
    int T = image.tokens();
    int[] mask = new int[R * T];
    for (int r = 0; r < R; r++) {
      var random =
          new RandomStream(
              train.seed(), Streams.MASKS, Math.toIntExact(update), microBatch * R + r);
      System.arraycopy(Masks.draw(image.mask(), 2, T, random), 0, mask, r * T, T);
    }
    return MaskPlan.of(mask, train.batch(), M, T, image.mask().keepMasked());
  }

  /// Does one update. Throws [DivergedException] before anything is applied when a loss or the
  /// gradient is not finite.
  public UpdateReport update(BatchSource source) {
    workspace.reset();
    StepNumbers numbers = takeNumbers();
    Map<String, Double> losses = new LinkedHashMap<>();
    Map<String, Double> spreads = new LinkedHashMap<>();
    model.memory().zeroGradients();
    int sampleSize = 0;
    double maskedFraction = 0;
    for (int micro = 0; micro < train.accumulate(); micro++) {
      MaskPlan plan = masks(updates, micro);
      float[] images = source.images(updates, micro);
      try (var _ = workspace.mark()) {
        fill(numbers, plan.sampleSize() * train.accumulate(), micro);
        Data2Vec2.Losses result = step(images, plan, numbers, micro, Observer.none());
        sampleSize += plan.sampleSize();
        maskedFraction = 1 - (double) plan.kept() / plan.tokens();
        collect(losses, result.losses(), 1);
        collect(spreads, result.spreads(), 1.0 / train.accumulate());
      }
      checkFinite(losses, images, plan, numbers, micro);
    }
    return apply(numbers, losses, spreads, sampleSize, maskedFraction);
  }

  private UpdateReport apply(
      StepNumbers numbers,
      Map<String, Double> losses,
      Map<String, Double> spreads,
      int sampleSize,
      double maskedFraction) {
    ModelMemory memory = model.memory();
    clip.apply(kernels, numbers, memory.memory().gradients());
    float[] after = backend.floats(numbers.floats());
    double norm = after[StepNumbers.GRADIENT_NORM];
    if (!Double.isFinite(norm)) {
      throw new DivergedException(
          updates + 1,
          "update %d: the gradient's norm is %s; first bad gradient: %s"
              .formatted(updates + 1, norm, firstBadGradient()));
    }
    for (ModelMemory.Range range : memory.ranges()) {
      adam.update(
          kernels,
          numbers,
          memory.memory(),
          range.from(),
          range.to(),
          train.decayEverything() || range.decays(),
          1);
    }
    double rate = learningRate.at(updates);
    updates++;
    Map<String, Double> perToken = new LinkedHashMap<>();
    losses.forEach((name, sum) -> perToken.put(name, sum / sampleSize));
    double clipFactor = after[StepNumbers.GRADIENT_FACTOR] / after[StepNumbers.GRADIENT_SCALE];
    return new UpdateReport(
        updates,
        perToken.values().stream().mapToDouble(Double::doubleValue).sum(),
        perToken,
        spreads,
        norm,
        clipFactor,
        rate,
        ema.schedule().at(updates),
        sampleSize,
        maskedFraction);
  }

  private Data2Vec2.Losses step(
      float[] images, MaskPlan plan, StepNumbers numbers, int micro, Observer observer) {
    ImageConfig image = model.config().image();
    int side = image.imageSize();
    int B = train.batch();
    ConfigChecks.that(
        images.length == B * image.channels() * side * side,
        "a batch must hold %d x %d x %d x %d numbers, the data source gave %d"
            .formatted(B, image.channels(), side, side, images.length));
    Pass pass =
        Pass.training(
            kernels,
            workspace,
            new Pass.Step(numbers, train.seed(), Math.toIntExact(updates), micro));
    Tensor source = pass.take(B, image.channels(), side, side);
    backend.upload(source, images);
    return model.step(source, plan, null, pass, observer);
  }

  private StepNumbers takeNumbers() {
    return new StepNumbers(
        workspace.take(Shape.of(StepNumbers.FLOATS)),
        workspace.take(Shape.of(StepNumbers.INTS), DType.I32));
  }

  private void fill(StepNumbers numbers, int sampleSize, int micro) {
    float[] floats = new float[StepNumbers.FLOATS];
    adam.numbers(floats, learningRate.at(updates), updates + 1);
    ema.numbers(floats, updates + 1);
    clip.numbers(floats, 1.0 / sampleSize);
    backend.upload(numbers.floats(), floats);
    int[] ints = new int[StepNumbers.INTS];
    ints[StepNumbers.SEED_LOW] = (int) train.seed();
    ints[StepNumbers.SEED_HIGH] = (int) (train.seed() >>> 32);
    ints[StepNumbers.UPDATE] = Math.toIntExact(updates);
    ints[StepNumbers.MICRO_BATCH] = micro;
    backend.upload(numbers.ints(), ints);
  }

  private void collect(Map<String, Double> into, Map<String, Tensor> slots, double weight) {
    float[] host = new float[1];
    slots.forEach((name, slot) -> {
      backend.download(host, slot);
      into.merge(name, host[0] * weight, Double::sum);
    });
  }

  private void checkFinite(
      Map<String, Double> losses, float[] images, MaskPlan plan, StepNumbers numbers, int micro) {
    if (losses.values().stream().allMatch(Double::isFinite)) {
      return;
    }
    FirstBad first = new FirstBad(backend);
    for (int i = 0; i < images.length && first.name == null; i++) {
      first.name = Float.isFinite(images[i]) ? null : "the input images";
    }
    try (var _ = workspace.mark()) {
      step(images, plan, numbers, micro, first);
    }
    throw new DivergedException(
        updates + 1,
        "update %d: the loss is not finite (%s); first bad tensor: %s"
            .formatted(updates + 1, losses, first.name == null ? "a loss itself" : first.name));
  }

  private String firstBadGradient() {
    for (Parameter p : model.memory().student()) {
      if (p.hasGradient()) {
        for (float g : backend.floats(p.gradient())) {
          if (!Float.isFinite(g)) {
            return p.name();
          }
        }
      }
    }
    return "none alone; their sum of squares overflows";
  }

  /// One update on shapes alone.
  void plan() {
    ImageConfig image = model.config().image();
    int size = train.batch() * image.channels() * image.imageSize() * image.imageSize();
    float[] images = new float[size];
    update((u, micro) -> images);
  }

  /// Remembers the first tensor with a NaN or an infinity.
  private static final class FirstBad implements Observer {
    private final Backend backend;
    private @Nullable String name;

    private FirstBad(Backend backend) {
      this.backend = backend;
    }

    @Override
    public void see(String name, Tensor tensor) {
      if (this.name != null || tensor.type() != DType.F32) {
        return;
      }
      for (float x : backend.floats(tensor)) {
        if (!Float.isFinite(x)) {
          this.name = name + " " + tensor.shape();
          return;
        }
      }
    }
  }
}
