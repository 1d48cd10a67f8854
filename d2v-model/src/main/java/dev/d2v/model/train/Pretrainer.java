package dev.d2v.model.train;

import dev.d2v.model.Batch;
import dev.d2v.model.Data2Vec2;
import dev.d2v.model.MaskPlan;
import dev.d2v.model.Masks;
import dev.d2v.model.ModalityConfig;
import dev.d2v.model.ModelMemory;
import dev.d2v.model.Observer;
import dev.d2v.model.Source;
import dev.d2v.nn.HostArrays;
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
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// One optimiser update after another:
///
/// 1. for each micro-batch: draw M masks a sample, forward, losses, backward; gradients add up
/// 2. gradients / N, N the masked tokens of the update; global norm, clipping
/// 3. AdamW with lr(u), and in the same pass the teacher, where a loss needs one: `t = d t + (1-d)
///    p` with d(u+1)
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
  private final ModalityTurns turns;
  private final HostArrays arrays = new HostArrays();
  private @Nullable Masks drawer;
  private final DataConfig data;
  private long updates;
  private boolean planning;

  /// A trainer of a model that is initialised or loaded.
  ///
  /// @param kernels the backend's, or metered ones
  public Pretrainer(Recipe recipe, Data2Vec2 model, Workspace workspace, Kernels kernels) {
    this.train = recipe.train();
    this.data = recipe.data();
    List<String> keys = recipe.model().modalities().stream().map(ModalityConfig::key).toList();
    double[] weights = keys.stream().mapToDouble(k -> data.share(k).weight()).toArray();
    this.turns = new ModalityTurns(keys, weights, train.seed());
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

  /// The masks of a micro-batch: a pure function of seed, update and row. They last until the next
  /// micro-batch.
  public MaskPlan masks(ModalityConfig modality, int samples, int T, long update, int microBatch) {
    int M = model.config().masksPerSample();
    int R = samples * M;
    int[] mask = arrays.ints(R * T);
    if (drawer == null || drawer.tokens() != T) {
      drawer = new Masks(T);
    }
    RandomStream random = new RandomStream(train.seed(), Streams.MASKS, Math.toIntExact(update), 0);
    for (int r = 0; r < R; r++) {
      random.restart(microBatch * R + r);
      drawer.draw(modality.mask(), modality.maskAxes(), random, mask, r * T);
    }
    return modality.mask().plan(mask, samples, M, T, arrays);
  }

  /// Does one update. Throws [DivergedException] before anything is applied when a loss or the
  /// gradient is not finite.
  public UpdateReport update(BatchSource source) {
    ModalityTurns.Turn turn = turns.at(updates);
    return update(turn, micro -> source.batch(turn, micro));
  }

  private UpdateReport update(ModalityTurns.Turn turn, IntFunction<Batch> batches) {
    workspace.reset();
    StepNumbers numbers = takeNumbers();
    ModalityConfig modality = model.config().modality(turn.key());
    Map<String, Double> losses = new LinkedHashMap<>();
    Map<String, Double> spreads = new LinkedHashMap<>();
    model.memory().zeroGradients();
    int sampleSize = 0;
    int places = 0;
    int samples = 0;
    for (int micro = 0; micro < train.accumulate(); micro++) {
      arrays.reset();
      Batch batch = batches.apply(micro);
      MaskPlan plan =
          masks(modality, batch.samples(), modality.tokens(batch.length()), updates, micro);
      try (var _ = workspace.mark()) {
        fill(numbers, 1, micro);
        Data2Vec2.Losses result = step(batch, modality, plan, numbers, micro, Observer.none());
        sampleSize += plan.sampleSize();
        places += plan.rows() * plan.tokens();
        samples += batch.samples();
        collect(losses, result.losses(), 1);
        collect(spreads, result.spreads(), 1.0 / train.accumulate());
      }
      checkFinite(losses, batch, modality, plan, numbers, micro);
    }
    fill(numbers, sampleSize, train.accumulate() - 1);
    return apply(
        numbers,
        turn,
        losses,
        spreads,
        new Counts(sampleSize, samples, (double) sampleSize / places));
  }

  /// What an update went through.
  private record Counts(int sampleSize, int samples, double maskedFraction) {}

  private UpdateReport apply(
      StepNumbers numbers,
      ModalityTurns.Turn turn,
      Map<String, Double> losses,
      Map<String, Double> spreads,
      Counts counts) {
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
    applyAdam(numbers, turn);
    double rate = learningRate.at(updates);
    updates++;
    Map<String, Double> perToken = new LinkedHashMap<>();
    losses.forEach((name, sum) -> perToken.put(name, sum / counts.sampleSize));
    double clipFactor = after[StepNumbers.GRADIENT_FACTOR] / after[StepNumbers.GRADIENT_SCALE];
    return new UpdateReport(
        updates,
        turn.key(),
        turn.ordinal() + 1,
        perToken.values().stream().mapToDouble(Double::doubleValue).sum(),
        perToken,
        spreads,
        norm,
        clipFactor,
        rate,
        memory.teacher().isEmpty()
            ? OptionalDouble.empty()
            : OptionalDouble.of(ema.schedule().at(updates)),
        counts.sampleSize,
        counts.samples,
        counts.maskedFraction);
  }

  /// The shared blocks and the modality whose turn it is take a step of Adam; the other encoders
  /// have no gradient and stay as they are, but for the teacher, who follows.
  private void applyAdam(StepNumbers numbers, ModalityTurns.Turn turn) {
    ModelMemory memory = model.memory();
    Tensor teacher = memory.memory().teacher();
    for (ModelMemory.Range range : memory.ranges()) {
      if (range.owner().isEmpty()) {
        adam(numbers, range, 1);
      } else if (!range.owner().equals(turn.key()) && range.mirrored() && teacher != null) {
        Tensor values = memory.memory().values().slice(range.from(), range.to());
        Tensor t = teacher.slice(range.from(), range.to());
        kernels.optimizer().ema(numbers, t, values, t.size());
      }
    }
    if (turn.ordinal() != turn.update()) {
      float[] floats = backend.floats(numbers.floats());
      adam.numbers(floats, learningRate.at(updates), turn.ordinal() + 1);
      backend.upload(numbers.floats(), floats);
    }
    for (ModelMemory.Range range : memory.ranges()) {
      if (range.owner().equals(turn.key())) {
        adam(numbers, range, data.share(turn.key()).learningRateScale());
      }
    }
  }

  private void adam(StepNumbers numbers, ModelMemory.Range range, double scale) {
    adam.update(
        kernels,
        numbers,
        model.memory().memory(),
        range.from(),
        range.to(),
        train.decayEverything() || range.decays(),
        scale);
  }

  private Data2Vec2.Losses step(
      Batch batch,
      ModalityConfig modality,
      MaskPlan plan,
      StepNumbers numbers,
      int micro,
      Observer observer) {
    Pass pass =
        Pass.training(
            kernels,
            workspace,
            new Pass.Step(numbers, train.seed(), Math.toIntExact(updates), micro, planning),
            arrays);
    pass = train.recomputeBlocks() ? pass.recomputing() : pass;
    Source source = Source.of(batch, modality, backend, pass);
    return model.stepInGroups(source, plan, train.maskGroups(), pass, observer);
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
      Map<String, Double> losses,
      Batch batch,
      ModalityConfig modality,
      MaskPlan plan,
      StepNumbers numbers,
      int micro) {
    if (losses.values().stream().allMatch(Double::isFinite)) {
      return;
    }
    FirstBad first = new FirstBad(backend);
    float[] raw =
        switch (batch) {
          case Batch.Images images -> images.pixels();
          case Batch.Waves waves -> waves.waves();
          case Batch.Texts _ -> new float[0];
        };
    for (int i = 0; i < raw.length && first.name == null; i++) {
      first.name = Float.isFinite(raw[i]) ? null : "the input " + batch.key();
    }
    try (var _ = workspace.mark()) {
      step(batch, modality, plan, numbers, micro, first);
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

  /// One update on shapes alone, with every block; a trainer that has planned does nothing else.
  /// Rows of text may be padded; waveforms are cropped to one length.
  void plan(Batch.Shape shape) {
    Batch batch = shape.key().equals("TEXT") ? shape.padded() : shape.zeros();
    planning = true;
    update(new ModalityTurns.Turn(updates, shape.key(), updates), micro -> batch);
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
