package dev.d2v.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.AttentionChecks;
import dev.d2v.tensor.kernel.AttentionKernels;
import dev.d2v.tensor.kernel.DropoutSpec;
import dev.d2v.tensor.kernel.StepNumbers;
import dev.d2v.testkit.Guarded;
import dev.d2v.testkit.KernelContract;
import dev.d2v.testkit.Tolerance;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What every backend's attention must do.
public abstract class AttentionContract extends KernelContract {
  /// (B, T, H, D): one of everything, tails of tokens and channels, several blocks of queries, and
  /// more than one stripe of keys.
  private static final int[][] SHAPES = {
    {1, 1, 1, 1},
    {2, 1, 2, 8},
    {3, 2, 2, 3},
    {2, 7, 3, 16},
    {3, 10, 4, 32},
    {2, 17, 2, 17},
    {2, 33, 1, 1},
    {1, 50, 2, 64},
    {70, 5, 1, 4},
    {1, 197, 1, 17},
    {1, 300, 1, 8},
  };

  /// The same without what only repeats at length.
  private static final int[][] SMALL = Arrays.copyOf(SHAPES, SHAPES.length - 2);

  private static final int STREAM = 77;
  private static final long SEED = 0x1234_5678_9abc_def0L;

  /// For backends.
  protected AttentionContract() {}

  /// One call's arguments on the host; null is without.
  private record Case(
      int B,
      int T,
      int H,
      int D,
      double[] qkv,
      double[] dout,
      double @Nullable [] bias,
      int @Nullable [] padding,
      float dropout) {

    float scale() {
      return (float) (1 / Math.sqrt(D));
    }

    String name() {
      return "B=%d T=%d H=%d D=%d bias=%s padding=%s dropout=%s"
          .formatted(
              B, T, H, D, bias == null ? "none" : "" + bias.length, padding != null, dropout);
    }

    long elements() {
      return 12L * B * T * H * D + 3L * B * H * T * T + 4L * B * H * T + 100;
    }

    @Nullable DropoutSpec spec(Guarded memory) {
      if (dropout == 0) {
        return null;
      }
      int[] ints = {(int) SEED, (int) (SEED >>> 32), 5, 2};
      var numbers = new StepNumbers(memory.floats(new double[16]), memory.ints(ints));
      return new DropoutSpec(numbers, STREAM, dropout);
    }

    AttentionOracle oracle() {
      var drops = new AttentionOracle.Dropout(dropout, SEED, STREAM, 5, 2);
      return new AttentionOracle(B, T, H, D, scale(), qkv, dout, bias, padding, drops);
    }
  }

  private static Case plain(Random random, int[] shape) {
    int rows = shape[0] * shape[1] * shape[2] * shape[3];
    return new Case(
        shape[0],
        shape[1],
        shape[2],
        shape[3],
        normal(random, 3 * rows),
        normal(random, rows),
        null,
        null,
        0);
  }

  private static Case with(
      Case c, double @Nullable [] bias, int @Nullable [] padding, float dropout) {
    return new Case(c.B, c.T, c.H, c.D, c.qkv, c.dout, bias, padding, dropout);
  }

  private static int[] padding(Random random, Case c) {
    int[] padding = new int[c.B * c.T];
    for (int b = 0; b < c.B; b++) {
      int kept = 1 + random.nextInt(c.T);
      Arrays.fill(padding, b * c.T + kept, (b + 1) * c.T, 1);
    }
    return padding;
  }

  private void check(Case c) {
    float[][] got = forwardAndBackward(c, true);
    AttentionOracle oracle = c.oracle();
    double sums = Tolerance.reduction(c.D) + Tolerance.reduction(c.T) + Tolerance.FUNCTION;
    assertClose(c.name() + ": out", oracle.out, got[0], sums);
    assertClose(c.name() + ": lse", oracle.lse, got[1], sums);
    assertClose(c.name() + ": dqkv", oracle.dqkv, got[2], 4 * sums);
    // dS is a difference of two parts of dP and may be nothing but their rounding errors.
    assertClose(
        c.name() + ": dbias",
        with(oracle.dbias, oracle.largestPart),
        with(got[3], (float) oracle.largestPart),
        4 * sums);
  }

  private static double[] with(double[] values, double more) {
    double[] longer = Arrays.copyOf(values, values.length + 1);
    longer[values.length] = more;
    return longer;
  }

  private static float[] with(float[] values, float more) {
    float[] longer = Arrays.copyOf(values, values.length + 1);
    longer[values.length] = more;
    return longer;
  }

  private float[][] forwardAndBackward(Case c, boolean withDbias) {
    return run(
        c.elements(),
        memory -> {
          AttentionKernels kernels = memory.backend().kernels().attention();
          int rows = c.B * c.T * c.H * c.D;
          Tensor qkv = memory.floats(c.qkv);
          Tensor dout = memory.floats(c.dout);
          Tensor bias = c.bias == null ? null : memory.floats(c.bias);
          Tensor padding = c.padding == null ? null : memory.ints(c.padding);
          DropoutSpec dropout = c.spec(memory);
          Tensor out = memory.output(rows);
          Tensor lse = memory.output(c.B * c.H * c.T);
          Tensor dqkv = memory.output(3 * rows);
          Tensor dbias = withDbias ? memory.output(c.B * c.H * c.T * c.T) : null;
          kernels.attentionForward(
              out, lse, qkv, bias, padding, dropout, c.scale(), c.B, c.T, c.H, c.D);
          kernels.attentionBackward(
              dqkv, dbias, dout, qkv, out, lse, bias, padding, dropout, c.scale(), c.B, c.T, c.H,
              c.D);
          return dbias == null ? List.of(out, lse, dqkv) : List.of(out, lse, dqkv, dbias);
        });
  }

  @Test
  void isTheFormulaForEveryShape() {
    Random random = new Random(1);
    for (int[] shape : SHAPES) {
      check(plain(random, shape));
    }
  }

  @Test
  void addsABiasOfEachSampleOrOfAll() {
    Random random = new Random(2);
    for (int[] shape : SMALL) {
      Case c = plain(random, shape);
      check(with(c, normal(random, c.B * c.H * c.T * c.T), null, 0));
      check(with(c, normal(random, c.H * c.T * c.T), null, 0));
    }
  }

  @Test
  void seesNoPaddedKey() {
    Random random = new Random(3);
    for (int[] shape : SMALL) {
      Case c = plain(random, shape);
      check(with(c, null, padding(random, c), 0));
    }
  }

  @Test
  void dropsProbabilitiesByTheNumbersOfTheirElements() {
    Random random = new Random(4);
    for (int[] shape : SMALL) {
      check(with(plain(random, shape), null, null, 0.3f));
    }
  }

  @Test
  void doesAllOfItAtOnce() {
    Random random = new Random(5);
    for (int[] shape : SHAPES) {
      Case c = plain(random, shape);
      check(with(c, normal(random, c.B * c.H * c.T * c.T), padding(random, c), 0.1f));
    }
  }

  @Test
  void aRowWithoutAnyKeyGivesZeros() {
    Case c = plain(new Random(6), new int[] {2, 7, 2, 16});
    int[] padding = new int[14];
    Arrays.fill(padding, 0, 7, 1);
    Case padded = with(c, normal(new Random(7), 2 * 7 * 7), padding, 0.2f);
    float[][] got = forwardAndBackward(padded, true);
    for (int i = 0; i < 7 * 2 * 16; i++) {
      assertEquals(0f, Math.abs(got[0][i]), "out " + i);
    }
    for (int i = 0; i < 7 * 2; i++) {
      assertEquals(Float.NEGATIVE_INFINITY, got[1][i], "lse " + i);
    }
    for (int i = 0; i < 3 * 7 * 2 * 16; i++) {
      assertEquals(0f, Math.abs(got[2][i]), "dqkv " + i);
    }
    for (int i = 0; i < 2 * 7 * 7; i++) {
      assertEquals(0f, Math.abs(got[3][i]), "dbias " + i);
    }
    AttentionOracle oracle = padded.oracle();
    int half = oracle.dqkv.length / 2;
    assertClose(
        "dqkv of the other sample",
        Arrays.copyOfRange(oracle.dqkv, half, 2 * half),
        Arrays.copyOfRange(got[2], half, 2 * half),
        1e-5);
  }

  @Test
  void lseAndDbiasMayBeLeftOut() {
    Case c = plain(new Random(8), new int[] {2, 10, 2, 32});
    float[][] with = forwardAndBackward(c, true);
    float[][] without = forwardAndBackward(c, false);
    assertTrue(Arrays.equals(with[2], without[2]));
    float[][] out =
        run(
            c.elements(),
            memory -> {
              Tensor y = memory.output(c.B * c.T * c.H * c.D);
              memory
                  .backend()
                  .kernels()
                  .attention()
                  .attentionForward(
                      y,
                      null,
                      memory.floats(c.qkv),
                      null,
                      null,
                      null,
                      c.scale(),
                      c.B,
                      c.T,
                      c.H,
                      c.D);
              return List.of(y);
            });
    assertTrue(Arrays.equals(with[0], out[0]));
  }

  @Test
  void largeScoresNeitherOverflowNorLoseTheirOrder() {
    Case c = plain(new Random(9), new int[] {1, 17, 1, 16});
    for (int i = 0; i < c.qkv.length; i++) {
      c.qkv[i] *= 10;
    }
    float[][] got = forwardAndBackward(c, true);
    // Scores of some hundreds: their rounding alone is 2^-24 of that, and is what exp amplifies.
    assertClose("out", c.oracle().out, got[0], 1e-3);
  }

  @Test
  void aBiasOfAnotherSizeIsRefused() {
    Case c = plain(new Random(10), new int[] {2, 4, 2, 8});
    assertThrows(
        IllegalArgumentException.class,
        () -> forwardAndBackward(with(c, new double[3 * 2 * 4 * 4], null, 0), true));
  }

  @Test
  void theWidestHeadIsRight() {
    Case c = plain(new Random(11), new int[] {1, 3, 1, AttentionChecks.CHANNELS});
    assertClose("out", c.oracle().out, forwardAndBackward(c, true)[0], 1e-3);
  }

  @Test
  void aWiderHeadIsRefused() {
    Case c = plain(new Random(12), new int[] {1, 1, 1, AttentionChecks.CHANNELS + 1});
    assertThrows(IllegalArgumentException.class, () -> forwardAndBackward(c, true));
  }
}
