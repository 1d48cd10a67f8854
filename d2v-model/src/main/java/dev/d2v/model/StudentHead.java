package dev.d2v.model;

import dev.d2v.model.image.ImageConfig;
import dev.d2v.nn.Initializer;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.Streams;
import dev.d2v.nn.layer.Dropout;
import dev.d2v.nn.layer.Linear;
import dev.d2v.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What stands on the student's output in pre-training: decoders, losses and their gradients.
///
/// ```text
/// decoder input[r,t] = Z[r, place of t] where t is seen, N(0, noiseStd^2) elsewhere      (R,T,C)
/// regression  = w   * sum over masked (r,t) and c of scale * l(pred - Y)
/// cls         = w N * sum over r and c of scale * l(Z[r,CLS] - mean_t Y)
/// recon       = w   * sum over masked (r,t) and c of scale * l(W pred - pixels of the patch, standardised)
/// ```
///
/// Source: the paper, sections 3.2 and 3.3; fairseq `Data2VecMultiModel.forward`.
public final class StudentHead {
  private final Data2Vec2Config config;
  private final List<Branch> branches = new ArrayList<>();
  private final @Nullable Linear reconstruction;

  /// One decoder with its own dropout and noise.
  private record Branch(Decoder decoder, Dropout dropout, int noiseStream, String suffix) {}

  /// What the head reads.
  ///
  /// @param source raw input
  /// @param F local features (B,T,C)
  /// @param Z the student's output (R,E+V,C)
  /// @param Y targets (B,T,C)
  /// @param positions the student's, or null
  /// @param noise rows (R*(T-V),C), one tensor a decoder; null draws them
  public record Inputs(
      Tensor source,
      Tensor F,
      Tensor Z,
      Tensor Y,
      @Nullable Positions positions,
      @Nullable List<Tensor> noise) {}

  /// What the head gives.
  public record Result(Data2Vec2.Losses losses, Tensor dZ) {}

  /// Declares the shared decoder, the modality's decoder and `recon_proj`, where there are any.
  public StudentHead(ParameterScope root, Data2Vec2Config config) {
    this.config = config;
    ImageConfig image = config.image();
    int C = config.embedDim();
    DecoderConfig own = image.decoder();
    boolean two = config.sharedDecoder() != null;
    if (config.sharedDecoder() != null) {
      Decoder shared =
          new GroupedDecoder(
              root.child("shared_decoder"),
              config.sharedDecoder(),
              C,
              0,
              image.tokens(),
              GroupedDecoder.Init.XAVIER);
      branches.add(new Branch(shared, new Dropout(root, own.inputDropout()), Streams.NOISE, "_0"));
    }
    ParameterScope scope = root.child("modality_encoders." + image.key() + ".decoder");
    int side = image.grid();
    Decoder decoder =
        switch (own.kind()) {
          case GROUPED -> new GroupedDecoder(scope, own, C, side, side, GroupedDecoder.Init.TORCH);
          case SEPARABLE -> new SeparableDecoder(scope, own, C, side, side);
        };
    branches.add(
        new Branch(
            decoder,
            new Dropout(root, own.inputDropout()),
            Streams.NOISE + branches.size(),
            two ? "_1" : ""));
    this.reconstruction =
        config.loss().reconstruction() > 0
            ? new Linear(
                root.child("recon_proj"),
                C,
                C,
                Initializer.torchDefault(C),
                Initializer.torchDefault(C))
            : null;
  }

  /// All losses, the gradient of their sum towards Z, and the spread of predictions and targets.
  public Result losses(Inputs in, MaskPlan plan, StepIndices index, Pass pass, Observer observer) {
    Map<String, Tensor> losses = new LinkedHashMap<>();
    Map<String, Tensor> spreads = new LinkedHashMap<>();
    Tensor dZ = pass.take(in.Z.shape());
    if (config.loss().cls() > 0) {
      cls(dZ, slot(losses, "cls", pass), in, plan, index, pass, observer);
    } else {
      pass.kernels().elementwise().fill(dZ, 0, dZ.size());
    }
    if (reconstruction != null) {
      slot(losses, "recon", pass);
    }
    for (int i = 0; i < branches.size(); i++) {
      Branch branch = branches.get(i);
      Tensor loss = slot(losses, config.modality().key() + "_regression" + branch.suffix, pass);
      Tensor spread = slot(spreads, "pred_var" + branch.suffix, pass);
      int number = i;
      Linear pixels = i == 0 ? reconstruction : null;
      Tensor recon = pixels == null ? null : losses.get("recon");
      try (var _ = pass.workspace().mark()) {
        Tensor noise = noise(in, branch, number, plan, pass);
        Tensor input = decoderInput(in, branch, noise, index, pass);
        observer.see("decoder_in." + number, input);
        Tensor pred = branch.decoder.forward(input, pass);
        observer.see("decoder_out." + number, pred);
        pass.kernels()
            .loss()
            .spread(spread, pred, index.masked(), pred.shape().rows(), config.embedDim());
        Tensor dPred = regression(loss, pred, in, branch, index, pass, observer);
        if (pixels != null && recon != null) {
          reconstruction(dPred, recon, pixels, pred, in, index, pass, observer);
        }
        Tensor dInput = branch.decoder.backward(dPred, pass);
        decoderInputBackward(dZ, dInput, branch, index, pass);
      }
    }
    return new Result(new Data2Vec2.Losses(losses, spreads, plan.sampleSize()), dZ);
  }

  private static Tensor slot(Map<String, Tensor> slots, String name, Pass pass) {
    Tensor slot = pass.take(1);
    slots.put(name, slot);
    return slot;
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
    Tensor mean = pass.take(plan.samples(), C);
    pass.kernels().norm().meanTokens(mean, in.Y, plan.samples(), plan.tokens(), C);
    double scale = config.loss().cls() * plan.sampleSize() * config.loss().scaleFor(C);
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

  private Tensor noise(Inputs in, Branch branch, int number, MaskPlan plan, Pass pass) {
    if (in.noise != null) {
      return in.noise.get(number);
    }
    Tensor rows = pass.take(plan.rows() * (plan.tokens() - plan.kept()), config.embedDim());
    float std = (float) config.modality().mask().noiseStd();
    pass.kernels()
        .random()
        .fillNormal(rows, pass.step().numbers(), branch.noiseStream, std, rows.size());
    return rows;
  }

  private Tensor decoderInput(
      Inputs in, Branch branch, Tensor noise, StepIndices index, Pass pass) {
    int C = config.embedDim();
    DecoderConfig own = config.modality().decoder();
    Tensor seen = branch.dropout.forward(in.Z, pass);
    int places = (int) index.decoder().size();
    int T = config.modality().tokens();
    Tensor x = pass.take(places / T, T, C);
    pass.kernels().gather().gatherRows(x, seen, noise, index.decoder(), places, C);
    if (in.positions == null || !(own.addPositionsMasked() || own.addPositionsAll())) {
      return x;
    }
    Tensor table = in.positions.table();
    if (own.addPositionsAll()) {
      pass.kernels().elementwise().addRows(x, x, table, places, T, C);
    }
    if (own.addPositionsMasked()) {
      Tensor added = pass.take(places, C);
      pass.kernels().gather().gatherRows(added, table, null, index.maskedTime(), places, C);
      pass.kernels().elementwise().add(x, x, added, x.size());
    }
    return x;
  }

  /// Adds to dZ what comes back through the places of seen tokens; noise and fixed positions get
  /// nothing.
  private void decoderInputBackward(
      Tensor dZ, Tensor dInput, Branch branch, StepIndices index, Pass pass) {
    int C = config.embedDim();
    int rows = dZ.shape().rows();
    Tensor d = pass.take(dZ.shape());
    pass.kernels().gather().gatherRows(d, dInput, null, index.decoderBack(), rows, C);
    d = branch.dropout.backward(d, pass);
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
            in.Y,
            index.target(),
            (float) config.loss().beta(),
            (float) scale,
            pred.shape().rows(),
            C);
    observer.see("loss." + config.modality().key() + "_regression" + branch.suffix, loss);
    return dPred;
  }

  /// Pixels of the masked patches from the first decoder's predictions; adds to dPred.
  private void reconstruction(
      Tensor dPred,
      Tensor loss,
      Linear pixels,
      Tensor pred,
      Inputs in,
      StepIndices index,
      Pass pass,
      Observer observer) {
    ImageConfig image = config.image();
    int B = in.source.shape().dim(0);
    int T = image.tokens();
    int C = config.embedDim();
    int side = image.imageSize();
    Tensor patches = pass.take(B, T, C);
    pass.kernels()
        .conv()
        .patches(patches, in.source, true, B, image.channels(), side, side, image.patchSize());
    Tensor target = pass.take(B, T, C);
    pass.kernels().norm().standardizeRows(target, patches, 1e-6f, B * T, C);
    Tensor y = pixels.forward(pred, pass);
    Tensor dy = pass.take(y.shape());
    double scale = config.loss().reconstruction() * config.loss().scaleFor(C);
    pass.kernels()
        .loss()
        .regression(
            loss,
            dy,
            y,
            target,
            index.target(),
            (float) config.loss().beta(),
            (float) scale,
            y.shape().rows(),
            C);
    observer.see("recon.pred", y);
    observer.see("recon.target", target);
    pass.kernels().elementwise().axpy(dPred, pixels.backward(dy, pass), 1, dPred.size());
  }
}
