package dev.d2v.tensor.kernel.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

final class VectorMathTest {
  private static final float INFINITY = Float.POSITIVE_INFINITY;

  /// Where floats end, and where the functions change their formula.
  private static final float[] SPECIAL = {
    0f,
    -0f,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    1e-40f,
    Float.MIN_NORMAL,
    1f,
    -1f,
    0.5f,
    0.625f,
    5.25f,
    5.26f,
    -5.25f,
    -5.26f,
    5.5f,
    -5.51f,
    88.7f,
    88.73f,
    -87.3f,
    -87.4f,
    -103.9f,
    -104f,
    3e38f,
    -3e38f,
    Float.MAX_VALUE,
    INFINITY,
    -INFINITY,
    Float.NaN
  };

  @Test
  void expIsWithinTwoUlp() {
    sweep("exp", VectorMath::exp, Math::exp, -86.6f, 88.722f, (x, y) -> 2 * 0x1p-23 * y);
    sweep("exp", VectorMath::exp, Math::exp, -1f, 1f, (x, y) -> 2 * 0x1p-23 * y);
    sweep("exp, to 0", VectorMath::exp, Math::exp, -110f, -86.6f, (x, y) -> 2.3e-38);
    assertEquals(INFINITY, VectorMath.exp(88.73f));
    assertEquals(INFINITY, VectorMath.exp(INFINITY));
    assertEquals(0f, VectorMath.exp(-86.8f));
    assertEquals(0f, VectorMath.exp(-3e38f));
    assertTrue(Float.isNaN(VectorMath.exp(Float.intBitsToFloat(0x7fc0dead))), "a NaN with content");
    assertEquals(0f, VectorMath.exp(-INFINITY));
    assertEquals(1f, VectorMath.exp(-0f));
    assertEquals(1f, VectorMath.exp(Float.MIN_VALUE));
    assertTrue(Float.isNaN(VectorMath.exp(Float.NaN)));
  }

  @Test
  void logIsWithinTwoUlp() {
    Bound bound = (x, y) -> 2 * 0x1p-23 * Math.abs(y);
    sweep("log", VectorMath::log, Math::log, 1e-3f, 10f, bound);
    sweep("log near 1", VectorMath::log, Math::log, 0.9f, 1.1f, bound);
    sweep("log", VectorMath::log, Math::log, 1f, 1e6f, bound);
    sweep("log, small", VectorMath::log, Math::log, Float.MIN_NORMAL, 1e-37f, bound);
    assertEquals(0f, VectorMath.log(1f));
    assertEquals(-INFINITY, VectorMath.log(0f));
    assertEquals(-INFINITY, VectorMath.log(-0f));
    assertEquals(-INFINITY, VectorMath.log(1e-40f));
    assertEquals(INFINITY, VectorMath.log(INFINITY));
    assertTrue(Float.isNaN(VectorMath.log(-1f)));
    assertTrue(Float.isNaN(VectorMath.log(-INFINITY)));
    assertTrue(Float.isNaN(VectorMath.log(Float.NaN)));
  }

  @Test
  void tanhIsWithinThreeUlp() {
    Bound bound = (x, y) -> 3 * 0x1p-23 * Math.abs(y);
    sweep("tanh", VectorMath::tanh, Math::tanh, -10f, 10f, bound);
    sweep("tanh, small", VectorMath::tanh, Math::tanh, -1e-3f, 1e-3f, bound);
    assertEquals(1f, VectorMath.tanh(INFINITY));
    assertEquals(-1f, VectorMath.tanh(-INFINITY));
    assertEquals(Float.MIN_VALUE, VectorMath.tanh(Float.MIN_VALUE));
    assertTrue(Float.isNaN(VectorMath.tanh(Float.NaN)));
  }

  @Test
  void sigmoidIsWithin15em8() {
    sweep(
        "sigmoid",
        VectorMath::sigmoid,
        x -> 1 / (1 + Math.exp(-x)),
        -110f,
        110f,
        (x, y) -> Math.min(1.5e-7, 5 * 0x1p-23 * y + 2e-38));
    assertEquals(1f, VectorMath.sigmoid(INFINITY));
    assertEquals(0f, VectorMath.sigmoid(-INFINITY));
    assertTrue(Float.isNaN(VectorMath.sigmoid(Float.NaN)));
  }

  @Test
  void erfIsWithin4em7() {
    sweep(
        "erf",
        VectorMath::erf,
        VectorMathTest::erf,
        -6f,
        6f,
        (x, y) -> 4e-7 * Math.min(1, 2 * Math.abs(x)));
    assertEquals(1f, VectorMath.erf(INFINITY));
    assertEquals(-1f, VectorMath.erf(-INFINITY));
    assertEquals(0f, VectorMath.erf(0f));
    assertTrue(Float.isNaN(VectorMath.erf(Float.NaN)));
  }

  @Test
  void geluIsWithin4em7TimesX() {
    DoubleUnaryOperator gelu = x -> x * cdf(x);
    sweep("gelu", VectorMath::gelu, gelu, -8f, 8f, (x, y) -> 4e-7 * Math.max(1, Math.abs(x)));
    sweep("gelu, small", VectorMath::gelu, gelu, -0.01f, 0.01f, (x, y) -> 3e-7 * Math.abs(y));
    assertEquals(INFINITY, VectorMath.gelu(INFINITY));
    assertEquals(0f, VectorMath.gelu(-INFINITY));
    assertEquals(0f, VectorMath.gelu(0f));
    assertTrue(Float.isNaN(VectorMath.gelu(Float.NaN)));
  }

  @Test
  void geluDerivativeIsWithin8em7() {
    sweep(
        "gelu'",
        VectorMath::geluDerivative,
        x -> cdf(x) + x * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI),
        -8f,
        8f,
        (x, y) -> 8e-7);
    assertEquals(1f, VectorMath.geluDerivative(INFINITY));
    assertEquals(0f, VectorMath.geluDerivative(-INFINITY));
    assertEquals(0.5f, VectorMath.geluDerivative(0f));
    assertTrue(Float.isNaN(VectorMath.geluDerivative(Float.NaN)));
  }

  @Test
  void sinAndCosOfTurnsAreWithin3em7() {
    UnaryOperator<FloatVector> sin = v -> VectorMath.sinOfTurn(VectorMath.sinTurn(v));
    UnaryOperator<FloatVector> cos = v -> VectorMath.sinOfTurn(VectorMath.cosTurn(v));
    float end = 1 - 0x1p-24f;
    sweep("sin", sin, v -> Math.sin(2 * Math.PI * v), 0f, end, (x, y) -> 3e-7);
    sweep("cos", cos, v -> Math.cos(2 * Math.PI * v), 0f, end, (x, y) -> 3e-7);
    FloatVector quarter = FloatVector.broadcast(Lanes.F, 0.25f);
    assertEquals(0f, cos.apply(quarter).lane(0));
    assertEquals(1f, sin.apply(quarter).lane(0), 1.2e-7f);
  }

  @Test
  void aTailHasTheBitsOfTheBody() {
    float[] xs = new float[1024];
    for (int i = 0; i < xs.length; i++) {
      xs[i] = i < SPECIAL.length ? SPECIAL[i] : (i - 512) * 0.021f;
    }
    assertTwin("exp", xs, VectorMath::exp, VectorMath::exp);
    assertTwin("log", xs, VectorMath::log, VectorMath::log);
    assertTwin("tanh", xs, VectorMath::tanh, VectorMath::tanh);
    assertTwin("sigmoid", xs, VectorMath::sigmoid, VectorMath::sigmoid);
    assertTwin("erf", xs, VectorMath::erf, VectorMath::erf);
    assertTwin("gelu", xs, VectorMath::gelu, VectorMath::gelu);
    assertTwin("gelu'", xs, VectorMath::geluDerivative, VectorMath::geluDerivative);
  }

  @Test
  void sumAddsHalvesThenQuartersAndSoOn() {
    int n = Lanes.F.length();
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) Math.sin(i) * (1 << i);
    }
    float[] expected = values.clone();
    for (int by = n / 2; by > 0; by /= 2) {
      for (int i = 0; i < by; i++) {
        expected[i] += expected[i + by];
      }
    }
    assertEquals(expected[0], VectorMath.sum(FloatVector.fromArray(Lanes.F, values, 0)));
  }

  /// How far a result may be from the true value y at x.
  @FunctionalInterface
  private interface Bound {
    double at(double x, double y);
  }

  /// A function on one float.
  @FunctionalInterface
  private interface Twin {
    float apply(float x);
  }

  private static void sweep(
      String name,
      UnaryOperator<FloatVector> function,
      DoubleUnaryOperator truth,
      float from,
      float to,
      Bound bound) {
    int points = 100_000;
    float[] xs = new float[Lanes.F.length()];
    float[] ys = new float[Lanes.F.length()];
    for (int i = 0; i < points; i += xs.length) {
      for (int lane = 0; lane < xs.length; lane++) {
        float x = (float) (from + ((double) to - from) * (i + lane) / points);
        xs[lane] = Math.min(x, to);
      }
      function.apply(FloatVector.fromArray(Lanes.F, xs, 0)).intoArray(ys, 0);
      for (int lane = 0; lane < xs.length; lane++) {
        double y = truth.applyAsDouble(xs[lane]);
        double off = Math.abs(ys[lane] - y);
        double allowed = bound.at(xs[lane], y);
        assertTrue(
            off <= allowed, () -> "%s: off by %.3g, allowed %.3g".formatted(name, off, allowed));
      }
    }
  }

  private static void assertTwin(
      String name, float[] xs, UnaryOperator<FloatVector> function, Twin twin) {
    float[] body = new float[xs.length];
    float[] tail = new float[xs.length];
    for (int i = 0; i < xs.length; i += Lanes.F.length()) {
      function.apply(FloatVector.fromArray(Lanes.F, xs, i)).intoArray(body, i);
    }
    for (int i = 0; i < xs.length; i++) {
      tail[i] = twin.apply(xs[i]);
    }
    assertArrayEquals(body, tail, name);
  }

  /// `Phi(x)`; the complement's continued fraction far out, where 1 + erf would cancel.
  private static double cdf(double x) {
    if (x < -2) {
      double f = 0;
      for (int k = 200; k > 0; k--) {
        f = k / (-x + f);
      }
      return Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI) / (-x + f);
    }
    return x > 2 ? 1 - cdf(-x) : 0.5 * (1 + erf(x / Math.sqrt(2)));
  }

  /// Maclaurin's series, for |x| up to 2; through the normal distribution beyond.
  private static double erf(double x) {
    if (Math.abs(x) > 2) {
      return 2 * cdf(x * Math.sqrt(2)) - 1;
    }
    double term = x;
    double sum = x;
    for (int n = 1; n < 60; n++) {
      term *= -x * x / n;
      sum += term / (2 * n + 1);
    }
    return 2 / Math.sqrt(Math.PI) * sum;
  }
}
