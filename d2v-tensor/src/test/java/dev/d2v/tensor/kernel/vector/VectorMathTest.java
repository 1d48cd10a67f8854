package dev.d2v.tensor.kernel.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
  void geluIsWithin4em7TimesX() {
    DoubleUnaryOperator gelu = x -> x * cdf(x);
    sweep("gelu", VectorMathTest::gelu, gelu, -8f, 8f, (x, y) -> 4e-7 * Math.max(1, Math.abs(x)));
    sweep("gelu, small", VectorMathTest::gelu, gelu, -0.01f, 0.01f, (x, y) -> 3e-7 * Math.abs(y));
    assertEquals(INFINITY, Gelu.value(INFINITY));
    assertEquals(0f, Gelu.value(-INFINITY));
    assertEquals(0f, Gelu.value(0f));
    assertTrue(Float.isNaN(Gelu.value(Float.NaN)));
  }

  @Test
  void geluDerivativeIsWithin8em7() {
    sweep(
        "gelu'",
        VectorMathTest::geluDerivative,
        x -> cdf(x) + x * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI),
        -8f,
        8f,
        (x, y) -> 8e-7);
    assertEquals(1f, Gelu.derivative(INFINITY));
    assertEquals(0f, Gelu.derivative(-INFINITY));
    assertEquals(0.5f, Gelu.derivative(0f));
    assertTrue(Float.isNaN(Gelu.derivative(Float.NaN)));
  }

  @Test
  void sinAndCosOfTurnsAreWithin3em7() {
    UnaryOperator<FloatVector> sin = v -> ofTurns(v, 1);
    UnaryOperator<FloatVector> cos = v -> ofTurns(v, 0);
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
    assertTwin("gelu", xs, VectorMathTest::gelu, Gelu::value);
    assertTwin("gelu'", xs, VectorMathTest::geluDerivative, Gelu::derivative);
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

  /// Of turns, as normal numbers are made of them with radius 1: cosines and sines lie side by
  /// side.
  private static FloatVector ofTurns(FloatVector turns, int which) {
    int n = 2 * Lanes.F.length();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment words = arena.allocate(2 * VectorRandom.TURNS);
      FloatVector.broadcast(Lanes.F, 1).intoMemorySegment(words, 0, Lanes.ORDER);
      turns.intoMemorySegment(words, Lanes.F.vectorByteSize(), Lanes.ORDER);
      VectorRandom.spreadPairs(words, n);
      VectorRandom.sines(words, n);
      float[] found = new float[Lanes.F.length()];
      for (int i = 0; i < found.length; i++) {
        long at = VectorRandom.TURNS + 4L * (2 * i + which);
        found[i] = words.get(ValueLayout.JAVA_FLOAT, at);
      }
      return FloatVector.fromArray(Lanes.F, found, 0);
    }
  }

  private static FloatVector gelu(FloatVector x) {
    return inMemory(x, (y, n) -> Gelu.forward(y, y, n));
  }

  private static FloatVector geluDerivative(FloatVector x) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ones = arena.allocate(Lanes.F.vectorByteSize());
      FloatVector.broadcast(Lanes.F, 1).intoMemorySegment(ones, 0, Lanes.ORDER);
      return inMemory(x, (y, n) -> Gelu.backward(y, ones.address(), y, n));
    }
  }

  private static FloatVector inMemory(FloatVector x, InPlace function) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment y = arena.allocate(Lanes.F.vectorByteSize());
      x.intoMemorySegment(y, 0, Lanes.ORDER);
      function.apply(y.address(), Lanes.F.length());
      return FloatVector.fromMemorySegment(Lanes.F, y, 0, Lanes.ORDER);
    }
  }

  /// A function on n floats at an address, in place.
  @FunctionalInterface
  private interface InPlace {
    void apply(long at, int n);
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
