package dev.d2v.benchmarks.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.benchmarks.compare.StepFile;
import dev.d2v.cli.bench.StepRig;
import dev.d2v.config.ConfigMapper;
import dev.d2v.model.train.Recipe;
import dev.d2v.model.train.UpdateReport;
import dev.d2v.nn.Parameter;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.Backend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// libtorch's update is d2v's: the same losses, gradients, weights and teacher after it.
final class TorchStepTest {
  private static final double LOSS = 1e-5;

  /// Of a tensor's largest element: F32 sums of some thousand terms in another order.
  private static final double GRADIENT = 2e-4;

  private static final double WEIGHT = 1e-6;

  /// Small, with all that the recipes have: prenet, CLS loss, residual and plain decoder layers,
  /// micro-batches, clipping, decay. Adam's eps is large, so that a gradient of almost nothing does
  /// not become a step of the learning rate.
  private static final List<String> SMALL =
      List.of(
          "model.embedDim=32",
          "model.depth=3",
          "model.heads=4",
          "model.masksPerSample=3",
          "model.targets.topLayers=2",
          "model.image.prenet.depth=1",
          "model.image.decoder.dim=48",
          "model.image.decoder.layers=3",
          "model.ema.start=0.9",
          "train.batch=4",
          "train.accumulate=2",
          "train.clipNorm=0.5",
          "train.eps=0.01",
          "train.learningRate.schedule=CONSTANT",
          "train.learningRate.peak=0.01");

  private static Recipe recipe(String... more) {
    List<String> all = new ArrayList<>(SMALL);
    all.addAll(List.of(more));
    return ConfigMapper.with(ConfigMapper.recipe("fashion-mnist-small"), all);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "train.decayEverything=true",
        "train.decayEverything=false",
        "model.loss.beta=0.5",
        "model.loss.cls=0",
        "model.image.positions=LEARNED",
        "model.image.decoder.residual=false",
        "model.targets.instanceNorm=true",
        "model.targets.layerNormLayer=true"
      })
  @DisplayName("with the same weights, samples, masks and noise, everything agrees after an update")
  void sameUpdate(String setting, @TempDir Path folder) throws IOException {
    Path file = folder.resolve("step.safetensors");
    try (StepRig rig = new StepRig(recipe(setting), 2)) {
      StepFile.write(file, rig);
      UpdateReport report = rig.update();
      try (TorchStep torch = TorchStep.open(file)) {
        torch.run();
        losses(report, torch.result());
        Backend backend = rig.model().backend();
        double scale = report.clipFactor() / report.sampleSize();
        assertTrue(report.clipFactor() < 1, "the gradient is clipped");
        for (Parameter p : rig.model().memory().student()) {
          if (p.hasGradient()) {
            float[] gradient = backend.floats(p.gradient());
            close(
                p.name() + "'s gradient",
                scaled(gradient, scale),
                TorchOperands.values(torch.student(p.name()).grad()),
                GRADIENT);
          }
          same(p.name(), backend, p.value(), torch.student(p.name()));
        }
        for (Parameter p : rig.model().memory().teacher()) {
          same("the teacher's " + p.name(), backend, p.value(), torch.teacher(p.name()));
        }
      }
    }
  }

  private static void losses(UpdateReport report, float[] result) {
    double regression = report.losses().getOrDefault("IMAGE_regression", 0.0);
    double cls = report.losses().getOrDefault("cls", 0.0);
    assertEquals(regression, result[0], LOSS * regression);
    assertEquals(cls, result[1], LOSS * Math.max(1, cls));
    assertEquals(report.gradientNorm(), result[2], 10 * LOSS * report.gradientNorm());
  }

  private static float[] scaled(float[] values, double scale) {
    float[] out = new float[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) (values[i] * scale);
    }
    return out;
  }

  private static void same(
      String name, Backend backend, Tensor expected, org.bytedeco.pytorch.Tensor actual) {
    float[] a = backend.floats(expected);
    float[] b = TorchOperands.values(actual);
    assertEquals(a.length, b.length, name);
    for (int i = 0; i < a.length; i++) {
      assertEquals(a[i], b[i], WEIGHT * Math.max(1, Math.abs(a[i])), name + " at " + i);
    }
  }

  /// The key third of a qkv bias has no true gradient, only rounding: it is as small as the
  /// tolerance of the others.
  private static void close(String name, float[] expected, float[] actual, double tolerance) {
    assertEquals(expected.length, actual.length, name);
    double most = 0;
    for (float x : expected) {
      most = Math.max(most, Math.abs(x));
    }
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual[i], tolerance * most + 1e-9, name + " at " + i);
    }
  }

  @Test
  @DisplayName(
      "two updates: moments, the teacher's decay and noise of its own go on from the first")
  void secondUpdate(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("step.safetensors");
    try (StepRig rig = new StepRig(recipe("model.image.mask.noiseStd=0"), 2)) {
      StepFile.write(file, rig);
      try (TorchStep torch = TorchStep.open(file)) {
        torch.run();
        torch.run();
        assertTrue(torch.result()[0] > 0 && Float.isFinite(torch.result()[2]));
      }
    }
  }

  @Test
  @DisplayName("what it does not compute is refused in a sentence")
  void refused(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("step.safetensors");
    try (StepRig rig = new StepRig(recipe("model.norm=PRE"), 1)) {
      StepFile.write(file, rig);
    }
    String message =
        String.valueOf(
            assertThrows(UnsupportedOperationException.class, () -> TorchStep.open(file))
                .getMessage());
    assertTrue(message.contains("model.norm: POST"), message);
  }
}
