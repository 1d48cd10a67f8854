package dev.d2v.model.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.d2v.model.Batch;
import dev.d2v.model.Data2Vec2Config;
import dev.d2v.model.DecoderConfig;
import dev.d2v.model.DropConfig;
import dev.d2v.model.LossConfig;
import dev.d2v.model.NormPlacement;
import dev.d2v.model.Observer;
import dev.d2v.model.TargetConfig;
import dev.d2v.model.image.ImageConfig;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// The variants that no golden covers: the gradient of the whole step.
final class VariantsTest {
  @Test
  void separableDecoder() {
    DecoderConfig decoder =
        new DecoderConfig(DecoderConfig.Kind.SEPARABLE, 16, 4, 3, 2, 0, false, false, true, 1, 2);
    agrees(NormPlacement.POST, DropConfig.none(), decoder, ImageConfig.Positions.SIN_COS);
  }

  @Test
  void standardPreNorm() {
    agrees(
        NormPlacement.PRE,
        DropConfig.none(),
        DecoderConfig.image(16, 4, 3, 2),
        ImageConfig.Positions.SIN_COS);
  }

  @Test
  void learnedPositions() {
    agrees(
        NormPlacement.POST,
        DropConfig.none(),
        DecoderConfig.image(16, 4, 3, 2),
        ImageConfig.Positions.LEARNED);
  }

  @Test
  void everyDrop() {
    agrees(
        NormPlacement.POST,
        new DropConfig(0.1, 0.1, 0.1, 0.1, 0.1, 0.3, 0.1, 0.2),
        DecoderConfig.image(16, 4, 3, 2),
        ImageConfig.Positions.SIN_COS);
  }

  @Test
  @DisplayName(
      "clsNorm: what the CLS token predicts is the mean target, standardised over the batch")
  void standardisedClsTarget() {
    Recipe tiny =
        Tiny.recipe(
            NormPlacement.POST,
            DropConfig.none(),
            DecoderConfig.image(16, 4, 3, 2),
            ImageConfig.Positions.SIN_COS,
            1);
    Recipe recipe = with(tiny, new LossConfig(0, null, 1, 0.01, true, 0));
    Map<String, float[]> seen = new HashMap<>();
    agrees(
        recipe,
        (name, tensor) -> {
          if (name.equals("targets") || name.equals("target.cls.samples")) {
            seen.put(name, tensor.data().toArray(ValueLayout.JAVA_FLOAT));
          }
        });
    float[] targets = Objects.requireNonNull(seen.get("targets"));
    float[] cls = Objects.requireNonNull(seen.get("target.cls.samples"));
    int C = recipe.model().embedDim();
    int B = cls.length / C;
    int T = targets.length / cls.length;
    for (int c = 0; c < C; c++) {
      double[] means = new double[B];
      for (int i = 0; i < B * T; i++) {
        means[i / T] += targets[i * C + c] / (double) T;
      }
      double mean = Arrays.stream(means).sum() / B;
      double variance = Arrays.stream(means).map(m -> (m - mean) * (m - mean)).sum() / B;
      for (int b = 0; b < B; b++) {
        assertEquals((means[b] - mean) / Math.sqrt(variance + 1e-5), cls[b * C + c], 1e-3);
      }
    }
  }

  private static Recipe with(Recipe r, LossConfig loss) {
    Data2Vec2Config m = r.model();
    return new Recipe(
        r.name(),
        r.description(),
        new Data2Vec2Config(
            m.embedDim(),
            m.depth(),
            m.heads(),
            m.mlpRatio(),
            m.normEps(),
            m.normAffine(),
            m.norm(),
            m.drop(),
            m.masksPerSample(),
            new TargetConfig(2, false, true, false, false, false, false),
            loss,
            m.ema(),
            m.sharedDecoder(),
            m.maeInit(),
            m.image(),
            m.speech(),
            m.text()),
        r.train(),
        r.data(),
        r.probe());
  }

  private static void agrees(
      NormPlacement norm, DropConfig drop, DecoderConfig decoder, ImageConfig.Positions positions) {
    agrees(Tiny.recipe(norm, drop, decoder, positions, 1), Observer.none());
  }

  private static void agrees(Recipe recipe, Observer observer) {
    Batch batch = new Batch.Images(Tiny.images(recipe, 0, 0), recipe.train().batch());
    StepGradient.agrees(recipe, batch, observer);
  }
}
