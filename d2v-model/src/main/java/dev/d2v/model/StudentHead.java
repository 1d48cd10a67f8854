package dev.d2v.model;

import dev.d2v.model.image.ImageConfig;
import dev.d2v.model.text.TextConfig;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.Streams;
import dev.d2v.nn.layer.Dropout;
import dev.d2v.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What stands on the student's output in pre-training: decoders, losses and their gradients.
///
/// ```text
/// decoder input[r,t] = Z[r, place of t] where t is seen, noise or a vector elsewhere     (R,T,C)
/// regression  = w   * sum over masked (r,t) and c of scale * l(pred - Y)
/// cls         = w N * sum over r and c of scale * l(Z[r,CLS] - mean_t Y)
/// recon       = of pixels, see PixelReconstruction
/// ```
///
/// Source: the paper, sections 3.2 and 3.3; fairseq `Data2VecMultiModel.forward`.
public final class StudentHead {
  private final Data2Vec2Config config;
  private final @Nullable Branch shared;
  private final Map<String, Branch> own = new LinkedHashMap<>();
  private final Map<String, Dropout> dropouts = new LinkedHashMap<>();
  private final @Nullable PixelReconstruction reconstruction;

  /// One decoder with its own noise.
  private record Branch(Decoder decoder, int noiseStream, String suffix) {}

  /// What the head reads.
  ///
  /// @param source raw input
  /// @param Z the student's output (R,E+V,C)
  /// @param Y targets (B,T,C), or null where no loss needs them
  /// @param positions the student's, or null
  /// @param fill what stands in masked slots
  /// @param noise rows (R*(T-V),C) to stand there, one tensor a decoder, or null
  /// @param sampleSize N, over all rows of the step
  public record Inputs(
      Source source,
      Tensor Z,
      @Nullable Tensor Y,
      @Nullable Positions positions,
      MaskFill fill,
      @Nullable List<Tensor> noise,
      int sampleSize) {
    Tensor targets() {
      return Objects.requireNonNull(Y, "targets of a loss that compares with a teacher");
    }
  }

  /// Where losses and spreads are written: scalars (1) by name, taken before the student's forward,
  /// because its backward gives back all that was taken since.
  public record Slots(Map<String, Tensor> losses, Map<String, Tensor> spreads) {
    Tensor loss(String name) {
      return Objects.requireNonNull(losses.get(name));
    }

    Tensor spread(String name) {
      return Objects.requireNonNull(spreads.get(name));
    }
  }

  /// Declares the shared decoder, the modalities' decoders and `recon_proj`, where there are any.
  public StudentHead(ParameterScope root, Data2Vec2Config config) {
    this.config = config;
    int C = config.embedDim();
    DecoderConfig common = config.sharedDecoder();
    this.shared =
        common == null
            ? null
            : new Branch(
                new GroupedDecoder(
                    root.child("shared_decoder"), common, C, 0, 0, GroupedDecoder.Init.XAVIER),
                Streams.NOISE,
                "_0");
    for (ModalityConfig m : config.modalities()) {
      int stream = shared == null ? Streams.NOISE : Streams.NOISE + 1;
      own.put(m.key(), new Branch(decoder(root, m, C), stream, shared == null ? "" : "_1"));
      dropouts.put(m.key(), new Dropout(root, m.decoder().inputDropout()));
    }
    ImageConfig image = config.image();
    this.reconstruction =
        config.loss().reconstruction() > 0 && image != null
            ? new PixelReconstruction(root, image, config.loss(), C)
            : null;
  }

  private static Decoder decoder(ParameterScope root, ModalityConfig m, int C) {
    ParameterScope scope = root.child("modality_encoders." + m.key() + ".decoder");
    DecoderConfig config = m.decoder();
    int side = m instanceof ImageConfig image ? image.grid() : 0;
    GroupedDecoder.Init init =
        m instanceof TextConfig ? GroupedDecoder.Init.BERT : GroupedDecoder.Init.TORCH;
    return switch (config.kind()) {
      case GROUPED -> new GroupedDecoder(scope, config, C, side, side, init);
      case SEPARABLE -> new SeparableDecoder(scope, config, C, side, side);
      case LINEAR -> new LinearDecoder(scope, config, C, C, init);
    };
  }

  private List<Branch> branches(ModalityConfig modality) {
    Branch last = Objects.requireNonNull(own.get(modality.key()));
    return shared == null ? List.of(last) : List.of(shared, last);
  }

  private boolean hasCls(ModalityConfig modality) {
    return config.loss().cls() > 0 && modality.extraTokens() > 0;
  }

  private boolean regresses() {
    return config.loss().regression() > 0;
  }

  private @Nullable PixelReconstruction toPixels(ModalityConfig modality) {
    return modality instanceof ImageConfig ? reconstruction : null;
  }

  private static String regressionName(ModalityConfig modality, Branch branch) {
    return modality.key() + "_regression" + branch.suffix;
  }

  /// Undefined losses and spreads.
  public Slots slots(ModalityConfig modality, Pass pass) {
    Map<String, Tensor> losses = new LinkedHashMap<>();
    Map<String, Tensor> spreads = new LinkedHashMap<>();
    if (hasCls(modality)) {
      losses.put("cls", pass.take(1));
    }
    if (toPixels(modality) != null) {
      losses.put("recon", pass.take(1));
    }
    for (Branch branch : branches(modality)) {
      if (regresses()) {
        losses.put(regressionName(modality, branch), pass.take(1));
      }
      spreads.put("pred_var" + branch.suffix, pass.take(1));
    }
    return new Slots(losses, spreads);
  }

  /// All losses, the spread of predictions, and dZ, the gradient of the losses' sum towards Z.
  public Tensor losses(
      Inputs in, Slots slots, MaskPlan plan, StepIndices index, Pass pass, Observer observer) {
    Tensor dZ = pass.take(in.Z.shape());
    ModalityConfig modality = in.source.modality();
    List<Branch> branches = branches(modality);
    if (hasCls(modality)) {
      cls(dZ, slots.loss("cls"), in, plan, index, pass, observer);
    } else {
      pass.kernels().elementwise().fill(dZ, 0, dZ.size());
    }
    for (int i = 0; i < branches.size(); i++) {
      Branch branch = branches.get(i);
      Tensor spread = slots.spread("pred_var" + branch.suffix);
      int number = i;
      PixelReconstruction pixels = i == 0 ? toPixels(modality) : null;
      try (var _ = pass.workspace().mark()) {
        Dropout dropout = Objects.requireNonNull(dropouts.get(modality.key()));
        Tensor input = decoderInput(in, branch, number, dropout, plan, index, pass);
        observer.see("decoder_in." + number, input);
        Tensor pred = branch.decoder.forward(input, pass);
        observer.see("decoder_out." + number, pred);
        pass.kernels()
            .loss()
            .spread(spread, pred, index.masked(), pred.shape().rows(), config.embedDim());
        Tensor dPred =
            regresses()
                ? regression(
                    slots.loss(regressionName(modality, branch)),
                    pred,
                    in,
                    branch,
                    index,
                    pass,
                    observer)
                : null;
        if (pixels != null) {
          Tensor d = pixels.backward(slots.loss("recon"), pred, in.source, index, pass, observer);
          dPred = dPred == null ? d : added(dPred, d, pass);
        }
        if (dPred != null) {
          Tensor dInput = branch.decoder.backward(dPred, pass);
          positionsBackward(dInput, in, index, pass);
          decoderInputBackward(dZ, dInput, in.fill, dropout, index, pass);
        }
      }
    }
    return dZ;
  }

  private static Tensor added(Tensor to, Tensor more, Pass pass) {
    pass.kernels().elementwise().axpy(to, more, 1, to.size());
    return to;
  }

  /// The CLS token's regression to the mean target; its weight contains the sample size, so that
  /// after the division by N it counts c times its sum over rows.
  private void cls(
      Tensor dZ,
      Tensor loss,
      Inputs in,
      MaskPlan plan,
      StepIndices index,
      Pass pass,
      Observer observer) {
    int C = config.embedDim();
    Tensor mean = clsTarget(in.targets(), plan.samples(), plan.tokens(), index, pass);
    double scale = config.loss().cls() * in.sampleSize * config.loss().scaleFor(C);
    pass.kernels()
        .loss()
        .regression(
            loss,
            dZ,
            in.Z,
            mean,
            index.cls(),
            (float) config.loss().beta(),
            (float) scale,
            in.Z.shape().rows(),
            C);
    observer.see("target.cls.samples", mean);
  }

  /// What the CLS token predicts (B,C): the mean over a sample's tokens of Y (B,T,C). As an option,
  /// over the tokens that are not padding, then standardised over the batch.
  private Tensor clsTarget(Tensor Y, int B, int T, StepIndices index, Pass pass) {
    int C = config.embedDim();
    if (config.loss().clsNorm()) {
      Tensor target = pass.take(B, C);
      pass.kernels()
          .norm()
          .instanceNormForward(target, index.mean().of(Y, pass), Targets.EPS, 1, B, C);
      return target;
    }
    Tensor mean = pass.take(B, C);
    pass.kernels().norm().meanTokens(mean, Y, B, T, C);
    return mean;
  }

  private @Nullable Tensor slotRows(
      Inputs in, Branch branch, int number, MaskPlan plan, Pass pass) {
    if (in.noise != null) {
      return in.noise.get(number);
    }
    int slots = plan.rows() * (plan.tokens() - plan.kept());
    return in.fill.rows(slots, config.embedDim(), branch.noiseStream, pass);
  }

  private Tensor decoderInput(
      Inputs in,
      Branch branch,
      int number,
      Dropout dropout,
      MaskPlan plan,
      StepIndices index,
      Pass pass) {
    int C = config.embedDim();
    int places = (int) index.decoder().size();
    int T = in.source.tokens();
    Tensor x = pass.take(places / T, T, C);
    try (var _ = pass.workspace().mark()) {
      Tensor slots = slotRows(in, branch, number, plan, pass);
      Tensor seen = dropout.forward(in.Z, pass);
      pass.kernels().gather().gatherRows(x, seen, slots, index.decoder(), places, C);
    }
    DecoderConfig own = in.source.modality().decoder();
    if (in.positions == null || !(own.addPositionsMasked() || own.addPositionsAll())) {
      return x;
    }
    Tensor table = in.positions.table();
    if (own.addPositionsAll()) {
      pass.kernels().elementwise().addRows(x, x, table, places, T, C);
    }
    if (own.addPositionsMasked()) {
      try (var _ = pass.workspace().mark()) {
        Tensor added = pass.take(places, C);
        pass.kernels().gather().gatherRows(added, table, null, index.maskedTime(), places, C);
        pass.kernels().elementwise().add(x, x, added, x.size());
      }
    }
    return x;
  }

  /// What learned positions get of the decoder's input; fixed ones get nothing.
  private void positionsBackward(Tensor dInput, Inputs in, StepIndices index, Pass pass) {
    if (in.positions == null) {
      return;
    }
    DecoderConfig own = in.source.modality().decoder();
    if (own.addPositionsAll()) {
      in.positions.backward(dInput, pass);
    }
    if (own.addPositionsMasked()) {
      try (var _ = pass.workspace().mark()) {
        Tensor d = pass.take(dInput.shape());
        int n = d.shape().rows();
        pass.kernels().gather().gatherRows(d, dInput, null, index.masked(), n, config.embedDim());
        in.positions.backward(d, pass);
      }
    }
  }

  /// Adds to dZ what comes back through the places of seen tokens; what stands elsewhere gets its
  /// own.
  private void decoderInputBackward(
      Tensor dZ, Tensor dInput, MaskFill fill, Dropout dropout, StepIndices index, Pass pass) {
    Tensor d = pass.take(dZ.shape());
    fill.backward(d, dInput, index.decoder(), index.decoderBack(), pass);
    d = dropout.backward(d, pass);
    pass.kernels().elementwise().axpy(dZ, d, 1, dZ.size());
  }

  private Tensor regression(
      Tensor loss,
      Tensor pred,
      Inputs in,
      Branch branch,
      StepIndices index,
      Pass pass,
      Observer observer) {
    int C = config.embedDim();
    Tensor dPred = pass.take(pred.shape());
    double scale = config.loss().regression() * config.loss().scaleFor(C);
    pass.kernels()
        .loss()
        .regression(
            loss,
            dPred,
            pred,
            in.targets(),
            index.target(),
            (float) config.loss().beta(),
            (float) scale,
            pred.shape().rows(),
            C);
    observer.see("loss." + regressionName(in.source.modality(), branch), loss);
    return dPred;
  }
}
