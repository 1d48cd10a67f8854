package dev.d2v.testkit.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.d2v.nn.optim.AdamW;
import dev.d2v.nn.optim.Ema;
import dev.d2v.nn.optim.EmaSchedule;
import dev.d2v.nn.optim.GradientClip;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.ParameterMemory;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.Workspace;
import dev.d2v.tensor.kernel.StepNumbers;
import dev.d2v.tensor.spi.Backend;
import dev.d2v.tensor.spi.CpuBackend;
import dev.d2v.testkit.KernelContract;
import dev.d2v.testkit.LayerRig;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Clipping, AdamW and EMA over one model's memory, as a trainer uses them.
final class UpdateTest {
  private static final int SIZE = 40;
  private static final int TEACHER = 25;
  private static final int DECAYING = 30;
  private static final double LR = 0.01;
  private static final double SCALE = 0.25;
  private static final double LAYER_DECAY = 0.5;

  private final AdamW adam = new AdamW(0.9, 0.95, 1e-8, 0.05);
  private final GradientClip clip = new GradientClip(1);
  private final Ema ema = new Ema(new EmaSchedule.Linear(0.5, 1, 4));
  private final double[] p = doubles(LayerRig.normal(new Random(1), SIZE, 1));
  private final double[] t = p.clone();
  private final double[] m = new double[SIZE];
  private final double[] v = new double[SIZE];

  private static double[] doubles(float[] x) {
    double[] out = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      out[i] = x[i];
    }
    return out;
  }

  private void step(float[] g, int k) {
    double squares = 0;
    for (float x : g) {
      squares += SCALE * SCALE * x * x;
    }
    double factor = SCALE * Math.min(1, clip.maxNorm() / (Math.sqrt(squares) + 1e-6));
    double d = ema.schedule().at(k);
    for (int i = 0; i < SIZE; i++) {
      double lr = i < DECAYING ? LR : LR * LAYER_DECAY;
      double gi = g[i] * factor;
      m[i] = adam.beta1() * m[i] + (1 - adam.beta1()) * gi;
      v[i] = adam.beta2() * v[i] + (1 - adam.beta2()) * gi * gi;
      p[i] -= i < DECAYING ? lr * adam.weightDecay() * p[i] : 0;
      p[i] -= adam.adamStep(lr, k) * m[i] / (Math.sqrt(v[i]) + adam.eps());
      t[i] = d >= 1 ? t[i] : d * t[i] + (1 - d) * p[i];
    }
  }

  @Test
  void severalUpdatesFollowTheFormula() {
    for (CpuBackend.Option option : CpuBackend.Option.values()) {
      new UpdateTest().follow(option);
    }
  }

  private void follow(CpuBackend.Option option) {
    try (Backend backend = CpuBackend.open(2, option);
        Workspace workspace = Workspace.poisoned(backend, 1 << 14);
        ParameterMemory memory = ParameterMemory.training(backend, SIZE, TEACHER)) {
      StepNumbers numbers =
          new StepNumbers(
              workspace.take(StepNumbers.FLOATS),
              workspace.take(Shape.of(StepNumbers.INTS), DType.I32));
      Tensor teacher = Objects.requireNonNull(memory.teacher());
      backend.upload(memory.values(), LayerRig.normal(new Random(1), SIZE, 1));
      ema.copy(backend.kernels(), teacher, memory.values());
      for (int k = 1; k <= 5; k++) {
        float[] g = LayerRig.normal(new Random(k), SIZE, 2);
        step(g, k);
        backend.upload(memory.gradients(), g);
        float[] host = new float[StepNumbers.FLOATS];
        adam.numbers(host, LR, k);
        clip.numbers(host, SCALE);
        ema.numbers(host, k);
        backend.upload(numbers.floats(), host);
        clip.apply(backend.kernels(), numbers, memory.gradients());
        adam.update(backend.kernels(), numbers, memory, 0, DECAYING, true, 1);
        adam.update(backend.kernels(), numbers, memory, DECAYING, SIZE, false, LAYER_DECAY);
      }
      KernelContract.assertClose("values", p, backend.floats(memory.values()), 1e-6);
      KernelContract.assertClose("first moments", m, backend.floats(memory.firstMoments()), 1e-6);
      KernelContract.assertClose("second moments", v, backend.floats(memory.secondMoments()), 1e-6);
      double[] mirrored = Arrays.copyOf(t, TEACHER);
      KernelContract.assertClose("teacher", mirrored, backend.floats(teacher), 1e-6);
    }
  }

  @Test
  void teacherAloneFollowsUntilItsDecayReachesOne() {
    for (CpuBackend.Option option : CpuBackend.Option.values()) {
      try (Backend backend = CpuBackend.open(1, option);
          Workspace workspace = Workspace.poisoned(backend, 1 << 14)) {
        StepNumbers numbers =
            new StepNumbers(
                workspace.take(StepNumbers.FLOATS),
                workspace.take(Shape.of(StepNumbers.INTS), DType.I32));
        Tensor teacher = workspace.take(3);
        Tensor student = workspace.take(3);
        backend.upload(teacher, new float[] {1, 2, 3});
        backend.upload(student, new float[] {3, 2, 1});
        float[] host = new float[StepNumbers.FLOATS];
        ema.numbers(host, 2);
        assertEquals(0.25f, host[StepNumbers.EMA_STEP]);
        backend.upload(numbers.floats(), host);
        ema.apply(backend.kernels(), numbers, teacher, student);
        assertArrayEquals(new float[] {1.5f, 2, 2.5f}, backend.floats(teacher));
        ema.numbers(host, 4);
        backend.upload(numbers.floats(), host);
        ema.apply(backend.kernels(), numbers, teacher, student);
        assertArrayEquals(new float[] {1.5f, 2, 2.5f}, backend.floats(teacher));
      }
    }
  }
}
