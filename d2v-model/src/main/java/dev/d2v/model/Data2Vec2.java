package dev.d2v.model;

import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.Storage;
import dev.d2v.nn.layer.Dropout;
import dev.d2v.nn.layer.LayerNorm;
import dev.d2v.tensor.Tensor;
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
/// Letters: B samples, M masks, R = B*M rows, T tokens, V kept, E extra, C channels. Source:
/// Baevski et al. 2022, section 3; fairseq `Data2VecMultiModel`.
public final class Data2Vec2 implements AutoCloseable {
  private final Data2Vec2Config config;
  private final Backend backend;
  private final Map<String, ModalityEncoder> encoders = new LinkedHashMap<>();
  private final Dropout inputDropout;
  private final BlockStack blocks;
  private final @Nullable LayerNorm norm;
  private final StudentHead head;
  private final @Nullable Teacher teacher;
  private final ModelMemory memory;

  /// What one micro-batch gave. All tensors live until the workspace is reset.
  ///
  /// @param losses by name: `cls`, `recon`, `IMAGE_regression`, ...; each (1), summed, not divided
  ///   by the sample size
  /// @param spreads by name: `target_var`, `pred_var`, `feature_var`; each (1)
  /// @param sampleSize N, number of masked tokens
  public record Losses(Map<String, Tensor> losses, Map<String, Tensor> spreads, int sampleSize) {}

  private Data2Vec2(Data2Vec2Config config, Backend backend, boolean training, Storage storage) {
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
    this.head = new StudentHead(root, config);
    ParameterScope shadow = ParameterScope.root();
    this.teacher = training ? new Teacher(shadow, config) : null;
    this.memory =
        training
            ? ModelMemory.training(backend, root.parameters(), shadow.parameters())
            : ModelMemory.inference(backend, root.parameters().subList(0, students), storage);
    encoders.values().forEach(e -> e.bind(backend));
    if (teacher != null) {
      teacher.bind(backend);
    }
  }

  /// A model to train: student, decoder, teacher. Values are zero until initialised or loaded.
  public static Data2Vec2 training(Data2Vec2Config config, Backend backend) {
    return new Data2Vec2(config, backend, true, Storage.F32);
  }

  /// A model to run: no decoder, no teacher.
  public static Data2Vec2 inference(Data2Vec2Config config, Backend backend) {
    return inference(config, backend, Storage.F32);
  }

  /// A model to run whose weights are kept in fewer bits.
  public static Data2Vec2 inference(Data2Vec2Config config, Backend backend, Storage storage) {
    return new Data2Vec2(config, backend, false, storage);
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
    ModalityEncoder encoder = encoder(source);
    if (teacher == null || encoder.local() == null) {
      throw new IllegalStateException("this model was opened for inference: it cannot train");
    }
    int E = source.modality().extraTokens();
    StepIndices index =
        StepIndices.of(plan, E, source.padding(), encoder.context().relative(), backend, pass);

    // The features are computed once a sample, not once a mask.
    Tensor F = encoder.local().forward(source, pass);
    observer.see("local_features", F);
    Tensor X = encoder.addPositions(F, pass);

    CollapseMonitor monitor = new CollapseMonitor(index, pass);
    monitor.features(F);
    Pass still = Pass.inference(pass.kernels(), pass.workspace());
    Tensor Y =
        pass.freeingAlways(
            F.shape(), () -> teacher.targets(source, F, encoder, index, still, monitor, observer));

    monitor.targets(Y);
    Tensor Z = student(encoder, X, index.kept(), pass, observer);
    StudentHead.Result result =
        head.losses(
            new StudentHead.Inputs(source, F, Z, Y, encoder.positions(), noise),
            plan,
            index,
            pass,
            observer);
    encoder.backwardLocal(studentBackward(encoder, result.dZ(), pass), pass);
    result.losses().spreads().putAll(monitor.spreads());
    return result.losses();
  }

  private ModalityEncoder encoder(Source source) {
    ModalityEncoder encoder = encoders.get(source.modality().key());
    if (encoder == null) {
      throw new IllegalArgumentException(
          "the model has no encoder for %s, only for %s"
              .formatted(source.modality().key(), encoders.keySet()));
    }
    return encoder;
  }

  /// The student's output Z (R,E+V,C) for the kept tokens of X (B,T,C).
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
    ModalityEncoder encoder = encoder(source);
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
