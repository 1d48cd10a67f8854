package dev.d2v.testkit;

import dev.d2v.nn.Parameter;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.spi.Backend;
import dev.d2v.tensor.spi.CpuBackend;
import dev.d2v.tensor.spi.CpuBackend.Option;
import java.util.Arrays;
import java.util.Random;

/// What every layer must do, on the scalar kernels and on the vector kernels.
///
/// - its backward is the derivative of its forward: of the input and of every parameter, by
///   differences of the fake loss `sum(y * cotangent)` with a random cotangent, on the scalar
///   kernels; the vector kernels then give the same results but for rounding
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

  // A few kernels one after another, each with short sums and an approximated function.
  private static final double ROUNDING = 3 * (Tolerance.reduction(64) + Tolerance.FUNCTION);

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
    Random numbers = new Random(11);
    float[] x = LayerRig.normal(numbers, input.intSize(), 1);
    float[] cotangent;
    LayerRig.Result exact;
    try (LayerRig rig = open(Option.SCALAR, 1, false)) {
      cotangent = LayerRig.normal(numbers, rig.forward(x, input, rig.training(UPDATE)).length, 1);
      exact = rig.step(x, input, cotangent, UPDATE);
      differences(rig, exact, x, cotangent);
    }
    for (Option option : Option.values()) {
      try {
        verify(option, exact, x, cotangent);
      } catch (AssertionError e) {
        throw new AssertionError(option + " kernels: " + e.getMessage(), e);
      }
    }
  }

  private void verify(Option option, LayerRig.Result exact, float[] x, float[] cotangent) {
    LayerRig.Result one;
    try (LayerRig rig = open(option, 1, false)) {
      one = rig.step(x, input, cotangent, UPDATE);
      close("output", exact.y(), one.y());
      close("dx", exact.dx(), one.dx());
      close("parameters' gradients", exact.gradients(), one.gradients());
      accumulation(rig, one, x, cotangent);
      inference(rig, one, x);
    }
    for (int threads = 2; threads <= 3; threads++) {
      try (LayerRig rig = open(option, threads, false)) {
        if (!rig.step(x, input, cotangent, UPDATE).same(one)) {
          throw new AssertionError("the results with " + threads + " threads are not those with 1");
        }
      }
    }
    try (LayerRig rig = open(option, 1, true)) {
      var frozen = rig.step(x, input, cotangent, UPDATE);
      same("the output without parameter gradients", one.y(), frozen.y());
      same("the input gradient without parameter gradients", one.dx(), frozen.dx());
    }
  }

  private LayerRig open(Option option, int threads, boolean frozen) {
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
    float[] twice = new float[one.gradients().length];
    for (int i = 0; i < twice.length; i++) {
      twice[i] = 2 * one.gradients()[i];
    }
    close("gradients after two backward passes", twice, two.gradients());
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

  private static void close(String what, float[] expected, float[] actual) {
    double[] oracle = new double[expected.length];
    for (int i = 0; i < oracle.length; i++) {
      oracle[i] = expected[i];
    }
    KernelContract.assertClose(what, oracle, actual, ROUNDING);
  }

  private static void same(String what, float[] expected, float[] actual) {
    int at = Arrays.mismatch(expected, actual);
    if (at >= 0) {
      throw new AssertionError(
          "%s differs at %d: %s, expected %s".formatted(what, at, actual[at], expected[at]));
    }
  }
}
