package dev.d2v.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.RandomKernels;
import dev.d2v.tensor.kernel.StepNumbers;
import dev.d2v.tensor.spi.Backend;
import dev.d2v.testkit.Guarded;
import dev.d2v.testkit.KernelContract;
import dev.d2v.testkit.Tolerance;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What every backend's [RandomKernels] must do: the numbers are part of the contract.
public abstract class RandomContract extends KernelContract {
  private static final int SEED_LOW = 0xfedcba98;
  private static final int SEED_HIGH = 0x12345678;
  private static final int UPDATE = 0x80000007;
  private static final int MICRO_BATCH = 3;
  private static final int STREAM = 41;

  private final Random random = new Random(29);

  /// For backends.
  protected RandomContract() {}

  private static RandomKernels kernels(Guarded memory) {
    return memory.backend().kernels().random();
  }

  private static StepNumbers numbers(Guarded memory) {
    int[] ints = new int[StepNumbers.INTS];
    ints[StepNumbers.SEED_LOW] = SEED_LOW;
    ints[StepNumbers.SEED_HIGH] = SEED_HIGH;
    ints[StepNumbers.UPDATE] = UPDATE;
    ints[StepNumbers.MICRO_BATCH] = MICRO_BATCH;
    return new StepNumbers(memory.floats(new double[StepNumbers.FLOATS]), memory.ints(ints));
  }

  /// The sizes of all contracts, and one of several parts.
  private static int[] sizes() {
    int[] sizes = Arrays.copyOf(SIZES, SIZES.length + 1);
    sizes[SIZES.length] = 20_003;
    return sizes;
  }

  @Test
  final void fillNormal() {
    for (int size : sizes()) {
      float[][] out =
          run(
              size + 32L,
              memory -> {
                Tensor y = memory.output(size);
                kernels(memory).fillNormal(y, numbers(memory), STREAM, 0.5f, size);
                return List.of(y);
              });
      double[] y = new double[size];
      for (int i = 0; i < size; i++) {
        double radius = Math.sqrt(-2 * Math.log(1 - uniform(i & ~1)));
        double angle = 2 * Math.PI * uniform(i | 1);
        y[i] = 0.5 * radius * (i % 2 == 0 ? Math.cos(angle) : Math.sin(angle));
      }
      assertClose("fillNormal", y, out[0], Tolerance.ELEMENTWISE);
    }
  }

  @Test
  final void normalNumbersHaveTheMomentsOfTheDistribution() {
    int size = 200_000;
    try (Backend backend = open(1);
        Guarded memory = new Guarded(backend, size + 32)) {
      Tensor y = memory.output(size);
      kernels(memory).fillNormal(y, numbers(memory), STREAM, 1, size);
      double mean = 0;
      double square = 0;
      double fourth = 0;
      for (float v : backend.floats(y)) {
        mean += (double) v / size;
        square += (double) v * v / size;
        fourth += (double) v * v * v * v / size;
      }
      assertEquals(0, mean, 0.01);
      assertEquals(1, square, 0.015);
      assertEquals(3, fourth, 0.15);
    }
  }

  @Test
  final void dropout() {
    for (int size : sizes()) {
      for (float p : new float[] {0, 0.1f, 0.75f}) {
        double[] x = normal(random, size);
        boolean inPlace = p > 0.5f;
        float[][] out =
            run(
                2L * size + 32,
                memory -> {
                  Tensor xs = memory.floats(x);
                  Tensor y = inPlace ? xs : memory.output(size);
                  kernels(memory).dropout(y, xs, numbers(memory), STREAM, p, size);
                  return List.of(y);
                });
        double[] y = new double[size];
        for (int i = 0; i < size; i++) {
          y[i] = uniform(i) >= p ? x[i] / (1 - p) : 0;
          assertEquals(y[i] == 0, out[0][i] == 0, "element " + i);
        }
        assertClose("dropout", y, out[0], Tolerance.ELEMENTWISE);
      }
    }
  }

  @Test
  final void dropPath() {
    for (int rowSize : SIZES) {
      dropPath(9, rowSize, rowSize % 2 == 0);
    }
    dropPath(600, 40, true);
    dropPath(5000, 1, false);
  }

  private void dropPath(int rows, int rowSize, boolean inPlace) {
    float p = 0.4f;
    double[] x = normal(random, rows * rowSize);
    float[][] out =
        run(
            2L * rows * rowSize + 32,
            memory -> {
              Tensor xs = memory.floats(x);
              Tensor y = inPlace ? xs : memory.output(rows * rowSize);
              kernels(memory).dropPath(y, xs, numbers(memory), STREAM, p, rows, rowSize);
              return List.of(y);
            });
    double[] y = new double[x.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = uniform(i / rowSize) >= p ? x[i] / (1 - p) : 0;
    }
    assertClose("dropPath", y, out[0], Tolerance.ELEMENTWISE);
  }

  @Test
  final void theBackwardDrawsTheSameNumbers() {
    int size = 1021;
    double[] ones = new double[size];
    Arrays.fill(ones, 1);
    float[][] out =
        run(
            3L * size + 32,
            memory -> {
              Tensor x = memory.floats(ones);
              Tensor first = memory.output(size);
              Tensor again = memory.output(size);
              StepNumbers numbers = numbers(memory);
              kernels(memory).dropout(first, x, numbers, STREAM, 0.5f, size);
              kernels(memory).dropout(again, x, numbers, STREAM, 0.5f, size);
              return List.of(first, again);
            });
    assertArrayEquals(out[0], out[1]);
  }

  @Test
  final void aProbabilityOfOneIsRefused() {
    try (Backend backend = open(1);
        Guarded memory = new Guarded(backend, 100)) {
      Tensor x = memory.output(10);
      StepNumbers numbers = numbers(memory);
      RandomKernels k = kernels(memory);
      assertThrows(IllegalArgumentException.class, () -> k.dropout(x, x, numbers, 1, 1, 10));
      assertThrows(IllegalArgumentException.class, () -> k.dropPath(x, x, numbers, 1, -1, 2, 5));
    }
  }

  /// Number i of the stream, in [0,1): Philox4x32-10 as its authors write it, in big integers.
  private static double uniform(int i) {
    long[] counter = {i / 4, STREAM, UPDATE & 0xffffffffL, MICRO_BATCH};
    long[] key = {SEED_LOW & 0xffffffffL, SEED_HIGH & 0xffffffffL};
    for (int round = 0; round < 10; round++) {
      long[] p0 = product(0xD2511F53L, counter[0]);
      long[] p1 = product(0xCD9E8D57L, counter[2]);
      counter = new long[] {p1[0] ^ counter[1] ^ key[0], p1[1], p0[0] ^ counter[3] ^ key[1], p0[1]};
      key[0] = (key[0] + 0x9E3779B9L) & 0xffffffffL;
      key[1] = (key[1] + 0xBB67AE85L) & 0xffffffffL;
    }
    return (counter[i % 4] >>> 8) / 0x1p24;
  }

  /// High and low word of a product of words.
  private static long[] product(long a, long b) {
    BigInteger product = BigInteger.valueOf(a).multiply(BigInteger.valueOf(b));
    return new long[] {product.shiftRight(32).longValue(), product.longValue() & 0xffffffffL};
  }
}
