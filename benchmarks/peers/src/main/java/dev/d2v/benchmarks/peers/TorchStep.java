package dev.d2v.benchmarks.peers;

import static dev.d2v.benchmarks.peers.TorchScope.kept;

import dev.d2v.benchmarks.compare.StepFile;
import dev.d2v.benchmarks.compare.Task;
import dev.d2v.model.Data2Vec2Config;
import dev.d2v.model.TargetConfig;
import dev.d2v.model.image.ImageConfig;
import dev.d2v.model.train.Recipe;
import dev.d2v.nn.optim.EmaSchedule;
import dev.d2v.nn.optim.Schedule;
import dev.d2v.tensor.io.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptionalList;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/// An update of data2vec 2.0 for images, as the official code does it, in libtorch's operators and
/// with its autograd: student on M masked copies, decoder, teacher without gradients, targets,
/// losses, backward, clipping, Adam, teacher. In the official code's order, so that as many tensors
/// are alive at once.
///
/// Masks are given, as the official data loader gives them; noise is given for the first update and
/// drawn from then on.
final class TorchStep implements Task {
  private static final String POSITIONS = TorchEncoder.IMAGE + "fixed_positional_encoder.positions";
  private static final double VARIANCE_EPS = 1e-6;
  private static final long NO_REDUCTION = 0;

  private final Recipe recipe;
  private final Data2Vec2Config config;
  private final ImageConfig image;
  private final Map<String, Tensor> student = new LinkedHashMap<>();
  private final Map<String, Tensor> trained = new LinkedHashMap<>();
  private final Map<String, Tensor> teacher = new LinkedHashMap<>();
  private final TorchEncoder studentEncoder;
  private final TorchEncoder teacherEncoder;
  private final TorchDecoder decoder;
  private final TorchAdam adam;
  private final Schedule learningRate;
  private final EmaSchedule ema;
  private final Tensor pixels;
  private final Tensor masks;
  private @Nullable Tensor noise;
  private long updates;
  private double regression;
  private double cls;
  private double gradientNorm;

  private TorchStep(Safetensors file) throws IOException {
    recipe = StepFile.recipe(file);
    config = recipe.model();
    image = config.requireImage();
    try (TorchReader reader = TorchReader.open(file)) {
      for (String name : file.names()) {
        if (!name.startsWith("step.")) {
          student.put(name, reader.read(name));
        }
      }
      pixels = reader.read(StepFile.PIXELS);
      masks = reader.read(StepFile.MASK);
      noise = reader.read(StepFile.NOISE);
    }
    student.forEach((name, value) -> {
      if (!name.startsWith(TorchDecoder.PREFIX)) {
        teacher.put(name, value.clone());
      }
      if (!name.equals(POSITIONS) || image.positions() == ImageConfig.Positions.LEARNED) {
        value.requires_grad_();
        trained.put(name, value);
      }
    });
    studentEncoder = new TorchEncoder(config, student);
    teacherEncoder = new TorchEncoder(config, teacher);
    decoder = new TorchDecoder(image.decoder(), studentEncoder);
    adam = new TorchAdam(recipe.train(), trained);
    learningRate = recipe.train().learningRate().over(recipe.train().updates());
    ema = config.ema().over(recipe.train().updates());
  }

  /// The update that begins with what [StepFile] wrote.
  static TorchStep open(Path path) throws IOException {
    try (Safetensors file = Safetensors.open(path)) {
      StepFile.refusal(StepFile.recipe(file))
          .ifPresent(only -> {
            throw new UnsupportedOperationException("this update is only there for " + only);
          });
      return new TorchStep(file);
    }
  }

  /// One update.
  @Override
  public void run() {
    int micros = recipe.train().accumulate();
    double regressions = 0;
    double clses = 0;
    long sampleSize = 0;
    adam.zeroGradients();
    for (int a = 0; a < micros; a++) {
      try (PointerScope _ = new PointerScope()) {
        long rows = masks.size(0) / micros;
        Losses losses = losses(masks.narrow(0, a * rows, rows), a);
        losses.sum.backward();
        sampleSize += losses.sampleSize;
        regressions += losses.regression.item_float();
        clses += losses.cls == null ? 0 : losses.cls.item_float();
      }
    }
    try (PointerScope _ = new PointerScope();
        NoGradGuard _ = new NoGradGuard()) {
      gradientNorm = adam.clip(sampleSize);
      adam.step(learningRate.at(updates), updates + 1);
      updates++;
      updateTeacher(ema.at(updates));
    }
    regression = regressions / sampleSize;
    cls = clses / sampleSize;
    noise = null;
  }

  /// Summed losses of a micro-batch.
  private record Losses(Tensor sum, Tensor regression, @Nullable Tensor cls, long sampleSize) {}

  private Losses losses(Tensor mask, int microBatch) {
    long M = config.masksPerSample();
    Tensor X = repeated(studentEncoder.tokens(pixels), M);
    long C = config.embedDim();
    Tensor shuffled = mask.argsort(true, 1, false);
    long kept = mask.size(1) - mask.select(0, 0).sum().item_int();
    Tensor idsKeep = wide(shuffled.narrow(1, 0, kept), C);
    Tensor idsRestore = wide(shuffled.argsort(true, 1, false), C);
    Tensor seen = X.gather(1, idsKeep);
    X.close();
    Tensor Z = studentEncoder.blocks(studentEncoder.context(seen), null);
    Tensor predicted = predictions(Z, idsRestore, microBatch);
    Tensor Y = targets();
    Tensor flags = mask.to(torch.ScalarType.Bool);
    Tensor y = chosen(repeated(Y, M), flags);
    Tensor x = chosen(predicted, flags);
    spreads(x, y);
    Tensor loss = elementLoss(x, y, config.loss().regression()).sum();
    if (config.loss().cls() == 0) {
      return new Losses(loss, loss, null, y.size(0));
    }
    Tensor token = Z.select(1, image.extraTokens() - 1);
    double weight = config.loss().cls() * y.size(0);
    Tensor clsLoss = elementLoss(token, repeated(Y.mean(1), M), weight).sum();
    return new Losses(loss.add(clsLoss), loss, clsLoss, y.size(0));
  }

  /// Predictions (R,T,C) from seen tokens and noise, in the order of places.
  private Tensor predictions(Tensor Z, Tensor idsRestore, int microBatch) {
    long R = Z.size(0);
    long C = config.embedDim();
    long side = image.grid();
    Tensor seen = Z.narrow(1, image.extraTokens(), Z.size(1) - image.extraTokens());
    Tensor start =
        kept(() -> {
          Tensor blanks = blanks(R, idsRestore.size(1) - seen.size(1), microBatch);
          return torch
              .cat(new TensorVector(seen, blanks), 1)
              .gather(1, idsRestore)
              .transpose(1, 2)
              .reshape(R, C, side, side);
        });
    return decoder.predictions(start);
  }

  private Tensor blanks(long rows, long each, int microBatch) {
    long C = config.embedDim();
    Tensor given = noise;
    if (given == null) {
      return torch.empty(rows, each, C).normal_(0, image.mask().noiseStd(), null);
    }
    return given.narrow(0, microBatch * rows * each, rows * each).view(rows, each, C);
  }

  /// The targets (B,T,C), without gradients.
  private Tensor targets() {
    return kept(() -> {
      try (NoGradGuard _ = new NoGradGuard()) {
        List<Tensor> shown = new ArrayList<>();
        teacherEncoder.blocks(teacherEncoder.context(teacherEncoder.tokens(pixels)), shown);
        TargetConfig t = config.targets();
        int E = image.extraTokens();
        List<Tensor> top = shown.subList(shown.size() - t.topLayers(), shown.size());
        Tensor sum = null;
        for (Tensor each : top) {
          Tensor y = kept(() -> layerNorms(each.narrow(1, E, each.size(1) - E)));
          sum = sum == null ? y.clone() : sum.add_(y);
          y.close();
        }
        Tensor mean = Objects.requireNonNull(sum).div_(new Scalar(top.size()));
        Tensor y = t.layerNorm() ? TorchDecoder.layerNorm(mean) : mean;
        return t.instanceNorm() ? instanceNorm(y) : y;
      }
    });
  }

  private Tensor layerNorms(Tensor t) {
    Tensor y = config.targets().instanceNormLayer() ? instanceNorm(t) : t;
    return config.targets().layerNormLayer() ? TorchDecoder.layerNorm(y) : y;
  }

  /// Over time, of (B,T,C).
  private static Tensor instanceNorm(Tensor x) {
    TensorOptional none = new TensorOptional();
    return torch
        .instance_norm(x.transpose(1, 2), none, none, none, none, true, 0, TorchDecoder.EPS, true)
        .transpose(1, 2);
  }

  private Tensor elementLoss(Tensor x, Tensor y, double weight) {
    double beta = config.loss().beta();
    Tensor each =
        beta == 0
            ? torch.mse_loss(x, y, NO_REDUCTION)
            : torch.smooth_l1_loss(x, y, NO_REDUCTION, beta);
    return each.mul(new Scalar(config.loss().scaleFor(config.embedDim()))).mul(new Scalar(weight));
  }

  /// Standard deviations of predictions and targets, which the official code logs.
  private static void spreads(Tensor x, Tensor y) {
    try (PointerScope _ = new PointerScope();
        NoGradGuard _ = new NoGradGuard()) {
      for (Tensor each : new Tensor[] {x, y}) {
        each.var(new long[] {0}, true, false).add_(new Scalar(VARIANCE_EPS)).sqrt().mean();
      }
    }
  }

  /// `t = d t + (1 - d) p`; positions that are not trained stay the same.
  private void updateTeacher(double decay) {
    Scalar keeps = new Scalar(decay);
    Scalar moves = new Scalar(1 - decay);
    trained.forEach((name, p) -> {
      Tensor t = teacher.get(name);
      if (t != null) {
        t.mul_(keeps).add_(p, moves);
      }
    });
  }

  private static Tensor repeated(Tensor x, long times) {
    return x.repeat_interleave(times, new LongOptional(0), new LongOptional());
  }

  private static Tensor wide(Tensor index, long C) {
    return index.unsqueeze(-1).expand(-1, -1, C);
  }

  private static Tensor chosen(Tensor x, Tensor flags) {
    TensorOptionalList where = new TensorOptionalList();
    where.push_back(new TensorOptional(flags));
    return x.index(where);
  }

  /// Losses and gradient norm of the last update.
  @Override
  public float[] result() {
    return StepFile.result(regression, cls, gradientNorm);
  }

  /// The student's weight of that name.
  Tensor student(String name) {
    return studentEncoder.weight(name);
  }

  /// The teacher's weight of that name.
  Tensor teacher(String name) {
    return teacherEncoder.weight(name);
  }

  @Override
  public void close() {}
}
