package dev.d2v.cli.goldens;

import dev.d2v.model.Data2Vec2;
import dev.d2v.model.Data2Vec2Config;
import dev.d2v.model.MaskPlan;
import dev.d2v.model.ModelMemory;
import dev.d2v.model.Observer;
import dev.d2v.model.checkpoint.OfficialConfig;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.Pass;
import dev.d2v.nn.optim.AdamW;
import dev.d2v.nn.optim.EmaSchedule;
import dev.d2v.nn.optim.GradientClip;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.StepNumbers;
import dev.d2v.tensor.spi.Backend;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// `traj_*`: several optimiser steps with given masks and noise; loss, gradient norm, clipping and
/// variances at each step, and all parameters at the end.
final class TrajectoryCase {
  private final GoldenCase c;
  private final Comparison comparison;
  private final Backend backend;
  private final Data2Vec2 model;

  private TrajectoryCase(GoldenCase c, Comparison comparison, Backend backend, Data2Vec2 model) {
    this.c = c;
    this.comparison = comparison;
    this.backend = backend;
    this.model = model;
  }

  static void run(GoldenCase c, Comparison comparison, Backend backend) {
    Data2Vec2Config config = OfficialConfig.model(c.object("config"));
    try (Data2Vec2 model = Data2Vec2.training(config, backend)) {
      new TrajectoryCase(c, comparison, backend, model).run();
    }
  }

  private void run() {
    ModelLoader.student(c, "init.student.", model, comparison);
    ModelLoader.teacher(c, "init.ema.", model, comparison);
    List<Map<String, Object>> steps = c.objects("steps");
    try (Lab lab = new Lab(backend)) {
      for (int s = 0; s < steps.size(); s++) {
        lab.reset();
        step(s, steps.get(s), lab);
      }
    }
    parameters("final.student.", "", model.memory().student());
    parameters("final.ema.", ModelLoader.teacherPrefix(model), model.memory().teacher());
    c.requireAllSeen(comparison);
  }

  private void step(int s, Map<String, Object> expected, Lab lab) {
    Map<String, Object> optimizer = c.object("optimizer");
    List<?> betas = GoldenCase.list(optimizer, "betas");
    AdamW adam =
        new AdamW(
            GoldenCase.number(betas.get(0), "betas"),
            GoldenCase.number(betas.get(1), "betas"),
            GoldenCase.number(optimizer, "eps"),
            GoldenCase.number(optimizer, "wd"));
    GradientClip clip = new GradientClip(GoldenCase.number(optimizer, "clip"));
    EmaSchedule ema = model.config().ema().over(1);
    String at = "step" + s + ".";
    MaskPlan plan = PretrainCase.plan(c, at, model.config(), c.shape("input.source").dim(0));
    List<Tensor> noise = List.of(PretrainCase.flatNoise(lab, c, at + "noise"));
    model.memory().zeroGradients();
    Pass pass = lab.training();
    Data2Vec2.Losses result =
        model.step(
            lab.source(c, model.config().modality(), pass), plan, noise, pass, Observer.none());
    float[] values = new float[StepNumbers.FLOATS];
    adam.numbers(values, GoldenCase.number(optimizer, "lr"), s + 1);
    clip.numbers(values, 1.0 / plan.sampleSize());
    values[StepNumbers.EMA_STEP] = (float) (1 - ema.at(s + 1));
    StepNumbers numbers = lab.numbers(values);
    ModelMemory memory = model.memory();
    clip.apply(lab.kernels(), numbers, memory.memory().gradients());
    boolean intended = GoldenCase.flag(optimizer, "intended_no_decay", false);
    for (ModelMemory.Range r : memory.ranges()) {
      boolean decays = !intended || r.decays();
      adam.update(lab.kernels(), numbers, memory.memory(), r.from(), r.to(), decays, 1);
    }
    compare(at, expected, result, lab, lab.floats(numbers.floats()));
  }

  private void compare(
      String at, Map<String, Object> expected, Data2Vec2.Losses result, Lab lab, float[] numbers) {
    double sum = 0;
    for (Tensor loss : result.losses().values()) {
      sum += lab.floats(loss)[0];
    }
    double perToken = sum / result.sampleSize();
    comparison.number(
        at + "loss", GoldenCase.number(expected, "loss"), perToken, Tolerances.TRAJECTORY_LOSS);
    double norm = numbers[StepNumbers.GRADIENT_NORM];
    comparison.number(
        at + "grad_norm",
        GoldenCase.number(expected, "grad_norm"),
        norm,
        Tolerances.TRAJECTORY_NORM);
    double factor = numbers[StepNumbers.GRADIENT_FACTOR] / numbers[StepNumbers.GRADIENT_SCALE];
    comparison.number(
        at + "clip_coef",
        GoldenCase.number(expected, "clip_coef"),
        factor,
        Tolerances.TRAJECTORY_NORM);
    comparison.number(
        at + "ema_decay",
        GoldenCase.number(expected, "ema_decay"),
        1.0 - numbers[StepNumbers.EMA_STEP],
        1e-7);
    for (String spread : List.of("pred_var", "target_var")) {
      if (expected.get(spread) != null && result.spreads().get(spread) != null) {
        comparison.number(
            at + spread,
            GoldenCase.number(expected, spread),
            lab.floats(result.spreads().get(spread))[0],
            Tolerances.TRAJECTORY_NORM);
      }
    }
    comparison.number(
        at + "student_l2_after",
        GoldenCase.number(expected, "student_l2_after"),
        norm(model.memory().student(), lab),
        Tolerances.TRAJECTORY_NORM);
    comparison.number(
        at + "ema_l2_after",
        GoldenCase.number(expected, "ema_l2_after"),
        norm(model.memory().teacher(), lab),
        Tolerances.TRAJECTORY_NORM);
  }

  /// L2 norm; the student's over trainable parameters, the teacher's over all.
  private double norm(List<Parameter> parameters, Lab lab) {
    double sum = 0;
    boolean student = parameters.equals(model.memory().student());
    for (Parameter p : parameters) {
      if (!student || p.trainable()) {
        for (float x : lab.floats(p.value())) {
          sum += (double) x * x;
        }
      }
    }
    return Math.sqrt(sum);
  }

  /// The key third of a qkv bias has no true gradient: Adam turns its rounding noise into steps of
  /// up to lr.
  private void parameters(String prefix, String ours, List<Parameter> parameters) {
    for (Parameter p : parameters) {
      String name = prefix + p.name().substring(ours.length());
      float[] expected = c.floats(name);
      float[] actual = backend.floats(p.value());
      if (name.endsWith("attn.qkv.bias")) {
        int D = expected.length / 3;
        System.arraycopy(expected, D, actual, D, D);
      }
      comparison.absolute(name, expected, actual, Tolerances.TRAJECTORY_PARAMETER);
      float[] off = new float[expected.length];
      for (int i = 0; i < off.length; i++) {
        off[i] = Math.abs(expected[i] - actual[i]);
      }
      Arrays.sort(off);
      int most = Math.max(0, (int) Math.ceil(off.length * 0.999) - 1);
      comparison.within(name + " (99.9 %)", off[most], Tolerances.TRAJECTORY_PARAMETER_MOST);
    }
  }
}
