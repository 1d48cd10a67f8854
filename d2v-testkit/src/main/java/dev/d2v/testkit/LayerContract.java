package dev.d2v.testkit;

import dev.d2v.nn.Parameter;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.spi.Backend;
import dev.d2v.tensor.spi.CpuBackend;
import java.util.Arrays;
import java.util.Random;

/// What every layer must do, on the scalar kernels and on the vector kernels.
///
/// - its backward is the derivative of its forward: of the input and of every parameter, by
///   differences of the fake loss `sum(y * cotangent)` with a random cotangent
/// - the same bits with 1, 2 and 3 threads
/// - parameters' gradients are added to what is there
/// - parameters without gradient change neither output nor input gradient
/// - inference gives the same bits as training where nothing is random, and otherwise the numbers
///   of an update come again with that update and only with it
/// - nothing is left behind: no saved record, no temporary; input and cotangent are as they were
///
/// @param maker makes the layer
/// @param input shape of its input
/// @param random whether it draws random numbers in training
public record LayerContract(LayerRig.Maker maker, Shape input, boolean random) {
  private static final int UPDATE = 3;

  /// The contract of a layer that draws nothing.
  public static void holds(LayerRig.Maker maker, int... input) {
    new LayerContract(maker, Shape.of(input), false).verify();
  }

  /// The contract of a layer with dropout of some kind.
  public static void holdsAtRandom(LayerRig.Maker maker, int... input) {
    new LayerContract(maker, Shape.of(input), true).verify();
  }

  /// Checks everything.
  public void verify() {
    for (CpuBackend.Option option : CpuBackend.Option.values()) {
      try {
        verify(option);
      } catch (AssertionError e) {
        throw new AssertionError(option + " kernels: " + e.getMessage(), e);
      }
    }
  }

  private void verify(CpuBackend.Option option) {
    Random numbers = new Random(11);
    float[] x = LayerRig.normal(numbers, input.intSize(), 1);
    float[] cotangent;
    LayerRig.Result one;
    try (LayerRig rig = open(option, 1, false)) {
      float[] y = rig.forward(x, input, rig.training(UPDATE));
      cotangent = LayerRig.normal(numbers, y.length, 1);
      one = rig.step(x, input, cotangent, UPDATE);
      differences(rig, one, x, cotangent);
    }
    for (int threads = 1; threads <= 3; threads++) {
      try (LayerRig rig = open(option, threads, false)) {
        if (!rig.step(x, input, cotangent, UPDATE).same(one)) {
          throw new AssertionError("the results with " + threads + " threads are not those with 1");
        }
        accumulation(rig, one, x, cotangent);
        inference(rig, one, x);
      }
    }
    try (LayerRig rig = open(option, 1, true)) {
      var frozen = rig.step(x, input, cotangent, UPDATE);
      same("the output without parameter gradients", one.y(), frozen.y());
      same("the input gradient without parameter gradients", one.dx(), frozen.dx());
    }
  }

  private LayerRig open(CpuBackend.Option option, int threads, boolean frozen) {
    Backend backend = CpuBackend.open(threads, option);
    return new LayerRig(backend, maker, frozen);
  }

  private void differences(LayerRig rig, LayerRig.Result result, float[] x, float[] cotangent) {
    GradientCheck.check("dx", result.dx(), x, there -> loss(rig, there, cotangent));
    for (Parameter p : rig.parameters()) {
      float[] value = rig.value(p);
      float[] gradient = rig.gradient(p);
      GradientCheck.check(
          "gradient of " + p.name(),
          gradient,
          value,
          there -> {
            rig.value(p, there);
            return loss(rig, x, cotangent);
          });
      rig.value(p, value);
    }
  }

  private double loss(LayerRig rig, float[] x, float[] cotangent) {
    float[] y = rig.forward(x, input, rig.training(UPDATE));
    double sum = 0;
    for (int i = 0; i < y.length; i++) {
      sum += (double) y[i] * cotangent[i];
    }
    return sum;
  }

  private void accumulation(LayerRig rig, LayerRig.Result one, float[] x, float[] cotangent) {
    var two = rig.step(x, input, cotangent, UPDATE);
    double[] twice = new double[one.gradients().length];
    for (int i = 0; i < twice.length; i++) {
      twice[i] = 2.0 * one.gradients()[i];
    }
    KernelContract.assertClose(
        "gradients after two backward passes", twice, two.gradients(), Tolerance.reduction(64));
    same("the input gradient of a second pass", one.dx(), two.dx());
  }

  private void inference(LayerRig rig, LayerRig.Result one, float[] x) {
    float[] inferred = rig.infer(x, input);
    if (!random) {
      same("the output in inference", one.y(), inferred);
      return;
    }
    Pass next = rig.training(UPDATE + 1);
    if (Arrays.equals(one.y(), rig.forward(x, input, next))) {
      throw new AssertionError("the next update draws the same numbers as this one");
    }
    same("the same update again", one.y(), rig.forward(x, input, rig.training(UPDATE)));
  }

  private static void same(String what, float[] expected, float[] actual) {
    int at = Arrays.mismatch(expected, actual);
    if (at >= 0) {
      throw new AssertionError(
          "%s differs at %d: %s, expected %s".formatted(what, at, actual[at], expected[at]));
    }
  }
}
