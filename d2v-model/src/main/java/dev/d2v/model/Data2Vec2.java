package dev.d2v.model;

import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.Storage;
import dev.d2v.nn.layer.Dropout;
import dev.d2v.nn.layer.LayerNorm;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.StepNumbers;
import dev.d2v.tensor.spi.Backend;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// data2vec 2.0: a student that sees the unmasked tokens of M differently masked copies of each
/// sample predicts the representations that its EMA teacher makes of the whole sample.
///
/// ```text
/// source -> F -> X = F + positions -> xM -> keep V tokens -> prenet -> L blocks -> Z
///           |                                                                      |
///        teacher -> targets Y  <---- regression at masked places ---- decoder( Z in time order, noise elsewhere )
/// ```
///
/// As options, rows keep all their tokens ([StudentTokens]), a vector stands where noise does
/// ([MaskFill]), and a loss of pixels alone needs no teacher.
///
/// Letters: B samples, M masks, R = B*M rows, T tokens, V kept, E extra, C channels. Source:
/// Baevski et al. 2022, section 3; fairseq `Data2VecMultiModel`.
public final class Data2Vec2 implements AutoCloseable {
  /// Micro-batches of an update are fewer than this, groups of masks fewer than 65,536 over it.
  private static final int GROUP_STRIDE = 256;

  private final Data2Vec2Config config;
  private final Backend backend;
  private final Map<String, ModalityEncoder> encoders = new LinkedHashMap<>();
  private final Dropout inputDropout;
  private final BlockStack blocks;
  private final @Nullable LayerNorm norm;
  private final Map<String, StudentTokens> tokens = new LinkedHashMap<>();
  private final StudentHead head;
  private final boolean training;
  private final @Nullable Teacher teacher;
  private final ModelMemory memory;

  /// What one micro-batch gave. All tensors live until the workspace is reset.
  ///
  /// @param losses by name: `cls`, `recon`, `IMAGE_regression`, ...; each (1), summed, not divided
  ///   by the sample size
  /// @param spreads by name: `target_var`, `pred_var`, `feature_var`; each (1)
  /// @param sampleSize N, number of masked tokens
  public record Losses(Map<String, Tensor> losses, Map<String, Tensor> spreads, int sampleSize) {}

  private Data2Vec2(
      Data2Vec2Config config,
      Backend backend,
      boolean training,
      Storage storage,
      Map<String, Tensor> given) {
    this.config = config;
    this.backend = backend;
    ParameterScope root = ParameterScope.root();
    for (ModalityConfig m : config.modalities()) {
      encoders.put(m.key(), ModalityEncoder.declare(root, config, m, true));
    }
    this.inputDropout = new Dropout(root, config.drop().inputDropout());
    this.blocks = sharedBlocks(root, config);
    this.norm = finalNorm(root, config);
    int students = root.parameters().size();
    for (ModalityConfig m : config.modalities()) {
      ParameterScope scope = root.child("modality_encoders." + m.key());
      MaskFill fill = MaskFill.declare(scope, m.mask(), config.embedDim());
      tokens.put(m.key(), StudentTokens.of(encoder(m), fill));
    }
    this.head = new StudentHead(root, config);
    ParameterScope shadow = ParameterScope.root();
    this.training = training;
    this.teacher = training && config.loss().needsTeacher() ? new Teacher(shadow, config) : null;
    this.memory =
        training
            ? ModelMemory.training(backend, root.parameters(), shadow.parameters())
            : ModelMemory.inference(
                backend, root.parameters().subList(0, students), storage, given);
    encoders.values().forEach(e -> e.bind(backend));
    if (teacher != null) {
      teacher.bind(backend);
    }
  }

  /// A model to train: student, decoder, and a teacher where a loss needs one. Values are zero
  /// until initialised or loaded.
  public static Data2Vec2 training(Data2Vec2Config config, Backend backend) {
    return new Data2Vec2(config, backend, true, Storage.F32, Map.of());
  }

  /// A model to run: no decoder, no teacher.
  public static Data2Vec2 inference(Data2Vec2Config config, Backend backend) {
    return inference(config, backend, Storage.F32);
  }

  /// A model to run whose weights are kept in fewer bits.
  public static Data2Vec2 inference(Data2Vec2Config config, Backend backend, Storage storage) {
    return inference(config, backend, storage, Map.of());
  }

  /// A model to run, some of whose values lie where they are.
  ///
  /// @param given by parameter, to stay until the model is closed: see
  ///   [dev.d2v.model.checkpoint.Weights#inPlace]
  public static Data2Vec2 inference(
      Data2Vec2Config config, Backend backend, Storage storage, Map<String, Tensor> given) {
    return new Data2Vec2(config, backend, false, storage, given);
  }

  static BlockStack sharedBlocks(ParameterScope root, Data2Vec2Config config) {
    DropConfig drop = config.drop();
    return new BlockStack(
        root.child("blocks"),
        config,
        config.depth(),
        drop.layerDrop(),
        drop.startDropPath(),
        drop.endDropPath());
  }

  static @Nullable LayerNorm finalNorm(ParameterScope root, Data2Vec2Config config) {
    return config.norm() == NormPlacement.POST
        ? null
        : new LayerNorm(
            root.child("norm"), config.embedDim(), config.normEps(), config.normAffine());
  }

  /// The configuration.
  public Data2Vec2Config config() {
    return config;
  }

  /// Where it lives.
  public Backend backend() {
    return backend;
  }

  /// Its parameters.
  public ModelMemory memory() {
    return memory;
  }

  /// One micro-batch: forward, losses, backward; adds to the gradients of the summed loss.
  ///
  /// @param source raw input of one modality
  /// @param noise rows for the decoder's masked slots, one tensor (R*(T-V),C) a decoder; null draws
  ///   them
  public Losses step(
      Source source, MaskPlan plan, @Nullable List<Tensor> noise, Pass pass, Observer observer) {
    return step(source, plan, 1, noise, pass, observer);
  }

  /// The same, the masks of each sample in so many groups, one after another through student and
  /// decoder: the loss is the same sum, and memory falls with the number of groups. Groups draw
  /// random numbers of their own; `pred_var` is the mean over groups.
  public Losses stepInGroups(
      Source source, MaskPlan plan, int groups, Pass pass, Observer observer) {
    return step(source, plan, groups, null, pass, observer);
  }

  private Losses step(
      Source source,
      MaskPlan plan,
      int groups,
      @Nullable List<Tensor> noise,
      Pass pass,
      Observer observer) {
    if (!training) {
      throw new IllegalStateException("this model was opened for inference: it cannot train");
    }
    ModalityEncoder encoder = encoder(source.modality());
    StudentTokens tokens = tokens(source.modality());
    StepIndices index = indices(plan, source, encoder, tokens, pass);

    // The features are computed once a sample, not once a mask.
    StudentTokens.Shared shared = tokens.read(source, pass);
    Tensor F = shared.F();
    observer.see("local_features", F);

    CollapseMonitor monitor = new CollapseMonitor(index, teacher != null, pass);
    monitor.features(F);
    Tensor Y = null;
    if (teacher != null) {
      Pass still = Pass.inference(pass.kernels(), pass.workspace());
      Y =
          pass.freeingAlways(
              F.shape(),
              () -> teacher.targets(source, F, encoder, index, still, monitor, observer));
      monitor.targets(Y);
    }
    StudentHead.Slots sums = head.slots(source.modality(), pass);
    Tensor dX = pass.take(shared.X().shape());
    for (int g = 0; g < groups; g++) {
      try (var _ = pass.workspace().mark()) {
        group(
            new Group(source, encoder, tokens, shared.X(), Y, noise, plan, index, groups, g),
            sums,
            dX,
            pass,
            observer);
      }
    }
    tokens.readBackward(dX, pass);
    sums.spreads().putAll(monitor.spreads());
    return new Losses(sums.losses(), sums.spreads(), plan.sampleSize());
  }

  /// Group g of the masks of a step.
  ///
  /// @param whole the plan of all masks
  /// @param index its indices
  private record Group(
      Source source,
      ModalityEncoder encoder,
      StudentTokens tokens,
      Tensor X,
      @Nullable Tensor Y,
      @Nullable List<Tensor> noise,
      MaskPlan whole,
      StepIndices index,
      int groups,
      int g) {
    MaskPlan plan(Pass pass) {
      int M = whole.masksPerSample();
      return groups == 1 ? whole : whole.masks(M * g / groups, M * (g + 1) / groups, pass.arrays());
    }
  }

  /// Student and decoder, forward and backward, for one group of masks: dX is assigned by the first
  /// and added to by the others, and so are the sums.
  private void group(
      Group group, StudentHead.Slots sums, Tensor dX, Pass outer, Observer observer) {
    Pass pass = group.g == 0 ? outer : partOf(outer, group.g);
    MaskPlan plan = group.plan(pass);
    ModalityEncoder encoder = group.encoder;
    StepIndices index =
        group.groups == 1 ? group.index : indices(plan, group.source, encoder, group.tokens, pass);
    StudentHead.Slots slots = head.slots(group.source.modality(), pass);
    Tensor rows = group.tokens.rows(group.X, group.source, index, pass);
    Tensor Z = student(encoder, rows, index.kept(), pass, observer);
    StudentHead.Inputs in =
        new StudentHead.Inputs(
            group.source,
            Z,
            group.Y,
            encoder.positions(),
            group.tokens.fill(),
            group.noise,
            group.whole.sampleSize());
    Tensor dZ = head.losses(in, slots, plan, index, pass, observer);
    Tensor d = group.tokens.rowsBackward(studentBackward(encoder, dZ, pass), index, pass);
    boolean first = group.g == 0;
    add(dX, d, 1, first, pass);
    slots.losses().forEach((name, loss) -> add(sums.loss(name), loss, 1, first, pass));
    float part = 1f / group.groups;
    slots.spreads().forEach((name, spread) -> add(sums.spread(name), spread, part, first, pass));
  }

  private StepIndices indices(
      MaskPlan plan, Source source, ModalityEncoder encoder, StudentTokens tokens, Pass pass) {
    ModalityConfig modality = source.modality();
    StepIndices.Readers readers =
        new StepIndices.Readers(
            modality.mask().encode(), tokens.fill(), encoder.context().relative());
    return StepIndices.of(plan, modality.extraTokens(), source.padding(), readers, backend, pass);
  }

  /// `y = a x`, or `y += a x`.
  private static void add(Tensor y, Tensor x, float a, boolean assign, Pass pass) {
    if (assign) {
      pass.kernels().elementwise().scale(y, x, a, y.size());
    } else {
      pass.kernels().elementwise().axpy(y, x, a, y.size());
    }
  }

  /// A pass with random numbers of its own: each group is a micro-batch of another number.
  private Pass partOf(Pass outer, int g) {
    Pass.Step step = outer.step();
    int number = step.microBatch() + g * GROUP_STRIDE;
    int[] ints = backend.ints(step.numbers().ints());
    ints[StepNumbers.MICRO_BATCH] = number;
    Tensor numbers = outer.workspace().take(Shape.of(ints.length), DType.I32);
    backend.upload(numbers, ints);
    return outer.part(new StepNumbers(step.numbers().floats(), numbers), number);
  }

  private ModalityEncoder encoder(ModalityConfig modality) {
    return of(modality, encoders);
  }

  private StudentTokens tokens(ModalityConfig modality) {
    return of(modality, tokens);
  }

  private static <V> V of(ModalityConfig modality, Map<String, V> map) {
    V value = map.get(modality.key());
    if (value == null) {
      throw new IllegalArgumentException(
          "the model has no encoder for %s, only for %s".formatted(modality.key(), map.keySet()));
    }
    return value;
  }

  /// The student's output Z (R,E+V,C) for the kept tokens of the rows.
  private Tensor student(
      ModalityEncoder encoder, Tensor X, TokenIndex kept, Pass pass, Observer observer) {
    ContextEncoder.Context context = encoder.context().forward(X, kept, pass, observer);
    observer.see("context_x", context.x());
    if (context.alibi() != null) {
      Tensor bias =
          context.alibi().layers().length == 1
              ? context.alibi().of(0).bias()
              : context.alibi().unscaled();
      if (bias != null) {
        observer.see("student_alibi_bias", bias);
      }
    }
    if (context.padding() != null) {
      observer.see("student_padding_mask", context.padding());
    }
    int prenet = encoder.modality().prenet().depth();
    Tensor z =
        blocks.forward(
            inputDropout.forward(context.x(), pass),
            prenet,
            i -> context.bias(i, prenet),
            (i, t, output) -> {
              if (output) {
                observer.see("student_block." + i, t);
              }
            },
            pass);
    Tensor out = norm == null ? z : norm.forward(z, pass);
    observer.see("encoder_out", out);
    return out;
  }

  private Tensor studentBackward(ModalityEncoder encoder, Tensor dZ, Pass pass) {
    Tensor d = norm == null ? dZ : norm.backward(dZ, pass);
    d = inputDropout.backward(blocks.backward(d, pass), pass);
    return encoder.context().backward(d, pass);
  }

  /// The whole sample through the student, no token removed: features for probes and embeddings.
  ///
  /// @param blanks masked tokens as fine-tuning has them, or null
  /// @param layer told of every shared block's MLP output and output (B,E+T,C)
  /// @return the last layer's output with extra tokens first (B,E+T,C)
  public Tensor features(Source source, @Nullable Blanks blanks, BlockStack.Tap layer, Pass pass) {
    ModalityEncoder encoder = encoder(source.modality());
    if (encoder.local() == null || pass.training()) {
      throw new IllegalStateException("features need an inference pass");
    }
    int E = source.modality().extraTokens();
    Tensor F = encoder.local().forward(source, pass);
    TokenIndex all =
        TokenIndex.full(source.samples(), source.tokens(), E, source.padding(), backend, pass);
    Tensor X = encoder.addPositions(F, pass);
    if (blanks != null) {
      X = blanks.apply(X, pass);
    }
    ContextEncoder.Context context = encoder.context().forward(X, all, pass, Observer.none());
    int prenet = encoder.modality().prenet().depth();
    Tensor z = blocks.forward(context.x(), prenet, i -> context.bias(i, prenet), layer, pass);
    return norm == null ? z : norm.forward(z, pass);
  }

  /// Tokens that are blanked but stay in their place.
  ///
  /// @param source (B*T) I32: row of X, or -1-i for row i of the noise (zeros where there is none)
  /// @param noise (any,C), or null
  public record Blanks(Tensor source, @Nullable Tensor noise) {
    Tensor apply(Tensor X, Pass pass) {
      Tensor y = pass.take(X.shape());
      int rows = X.shape().rows();
      pass.kernels().gather().gatherRows(y, X, noise, source, rows, X.shape().dim(-1));
      return y;
    }
  }

  @Override
  public void close() {
    encoders.values().forEach(ModalityEncoder::close);
    if (teacher != null) {
      teacher.close();
    }
    memory.close();
  }
}
