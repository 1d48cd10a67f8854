package dev.d2v.benchmarks.compare;

import dev.d2v.cli.bench.StepRig;
import dev.d2v.config.ConfigMapper;
import dev.d2v.model.Batch;
import dev.d2v.model.Data2Vec2Config;
import dev.d2v.model.DecoderConfig;
import dev.d2v.model.DropConfig;
import dev.d2v.model.MaskPlan;
import dev.d2v.model.NormPlacement;
import dev.d2v.model.PrenetConfig;
import dev.d2v.model.image.ImageConfig;
import dev.d2v.model.train.Recipe;
import dev.d2v.model.train.UpdateReport;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.Streams;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.Workspace;
import dev.d2v.tensor.io.Safetensors;
import dev.d2v.tensor.kernel.StepNumbers;
import dev.d2v.tensor.spi.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// All that an update begins with, in a file for another engine: weights under their published
/// names, and the samples, masks and noise of every micro-batch.
///
/// ```text
/// step.pixels (B,channels,H,W)      the same in every micro-batch
/// step.mask   (A*R,T)               1 = masked; A micro-batches, R = B*M rows
/// step.noise  (A*R*(T-V),C)         what d2v draws for the decoder's masked slots
/// ```
public final class StepFile {
  /// The samples.
  public static final String PIXELS = "step.pixels";

  /// The masks.
  public static final String MASK = "step.mask";

  /// The noise.
  public static final String NOISE = "step.noise";

  private static final String CONFIG = "d2v.config.yaml";

  private StepFile() {}

  /// What of a recipe a rival's update does not do, as the end of a sentence; empty when it does
  /// all.
  public static Optional<String> refusal(Recipe recipe) {
    Data2Vec2Config model = recipe.model();
    ImageConfig image = model.image();
    if (image == null || model.modalities().size() > 1) {
      return Optional.of("images, the recipe has speech or text");
    }
    DecoderConfig decoder = image.decoder();
    DropConfig drop = model.drop();
    PrenetConfig prenet = image.prenet();
    boolean drops =
        !drop.equals(DropConfig.none())
            || !prenet.equals(PrenetConfig.of(prenet.depth()))
            || decoder.inputDropout() > 0;
    Map<String, Boolean> others = new LinkedHashMap<>();
    others.put("model.norm: POST", model.norm() != NormPlacement.POST);
    others.put("no dropout, drop path or layer drop", drops);
    others.put("no model.sharedDecoder", model.sharedDecoder() != null);
    others.put("model.loss.reconstruction: 0", model.loss().reconstruction() > 0);
    others.put("model.loss.clsNorm: false", model.loss().clsNorm());
    others.put("model.targets.endOfBlock: false", model.targets().endOfBlock());
    others.put("model.targets.batchNormLayer: false", model.targets().batchNormLayer());
    others.put("model.ema.sharedBlocksOnly: false", model.ema().sharedBlocksOnly());
    others.put("model.image.emaLocalEncoder: true", !image.emaLocalEncoder());
    others.put("model.image.localGradMult: 1", image.localGradMult() != 1);
    others.put("positions", image.positions() == ImageConfig.Positions.NONE);
    others.put("no model.image.alibi", image.alibi() != null);
    others.put("model.image.mask.keepMasked: 0", image.mask().keepMasked() > 0);
    others.put("a GROUPED decoder", decoder.kind() != DecoderConfig.Kind.GROUPED);
    others.put(
        "a decoder without positions", decoder.addPositionsAll() || decoder.addPositionsMasked());
    others.put("train.maskGroups: 1", recipe.train().maskGroups() > 1);
    return others.entrySet().stream()
        .filter(Map.Entry::getValue)
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /// Writes what the rig's next update begins with.
  public static void write(Path file, StepRig rig) throws IOException {
    Recipe recipe = rig.recipe();
    Data2Vec2Config model = recipe.model();
    ImageConfig image = model.requireImage();
    Batch.Images images = (Batch.Images) rig.batch();
    Backend backend = rig.model().backend();
    int micro = recipe.train().accumulate();
    int T = image.tokens();
    int R = images.samples() * model.masksPerSample();
    int[] masks = new int[micro * R * T];
    int kept = 0;
    for (int a = 0; a < micro; a++) {
      MaskPlan plan = rig.masks(a);
      System.arraycopy(plan.mask(), 0, masks, a * R * T, R * T);
      kept = plan.kept();
    }
    List<Safetensors.Item> items = new ArrayList<>();
    for (Parameter p : rig.model().memory().student()) {
      items.add(Safetensors.Item.of(p.name(), p.value(), backend));
    }
    int side = image.imageSize();
    items.add(
        Safetensors.Item.of(
            PIXELS, Shape.of(images.samples(), image.channels(), side, side), images.pixels()));
    items.add(Safetensors.Item.of(MASK, Shape.of(micro * R, T), masks));
    int rows = R * (T - kept);
    int C = model.embedDim();
    long bytes = 4L * micro * rows * C + 4 * (StepNumbers.FLOATS + StepNumbers.INTS);
    try (Workspace room = Workspace.of(backend, bytes + 4 * Workspace.ALIGNMENT)) {
      Tensor noise = room.take(Shape.of(micro * rows, C));
      draw(noise, recipe, rows, room, backend);
      items.add(Safetensors.Item.of(NOISE, noise, backend));
      Files.createDirectories(file.toAbsolutePath().getParent());
      Safetensors.write(file, Map.of(CONFIG, ConfigMapper.yaml(recipe)), items);
    }
  }

  /// The noise of every micro-batch of the first update, as its step draws it.
  private static void draw(Tensor noise, Recipe recipe, int rows, Workspace room, Backend backend) {
    long seed = recipe.train().seed();
    float std = (float) recipe.model().requireImage().mask().noiseStd();
    StepNumbers numbers =
        new StepNumbers(
            room.take(Shape.of(StepNumbers.FLOATS)),
            room.take(Shape.of(StepNumbers.INTS), DType.I32));
    int[] ints = new int[StepNumbers.INTS];
    ints[StepNumbers.SEED_LOW] = (int) seed;
    ints[StepNumbers.SEED_HIGH] = (int) (seed >>> 32);
    for (int a = 0; a < recipe.train().accumulate(); a++) {
      ints[StepNumbers.MICRO_BATCH] = a;
      backend.upload(numbers.ints(), ints);
      Tensor part = noise.slice(a * rows, (a + 1) * rows);
      backend.kernels().random().fillNormal(part, numbers, Streams.NOISE, std, part.size());
    }
  }

  /// The recipe of a file.
  public static Recipe recipe(Safetensors file) {
    String yaml = file.metadata().get(CONFIG);
    if (yaml == null) {
      throw new IllegalArgumentException(file.path() + " has no " + CONFIG);
    }
    return ConfigMapper.parse(yaml, file.path().toString());
  }

  /// What is compared of a first update: losses for a masked token, and the gradient's norm.
  public static float[] result(double regression, double cls, double gradientNorm) {
    return new float[] {(float) regression, (float) cls, (float) gradientNorm};
  }

  /// The same of d2v's.
  static float[] result(UpdateReport report) {
    Map<String, Double> losses = report.losses();
    return result(
        losses.getOrDefault("IMAGE_regression", 0.0),
        losses.getOrDefault("cls", 0.0),
        report.gradientNorm());
  }
}
