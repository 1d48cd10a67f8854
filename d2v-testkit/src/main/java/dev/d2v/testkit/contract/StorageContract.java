package dev.d2v.testkit.contract;

import dev.d2v.tensor.DType;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.StorageKernels;
import dev.d2v.tensor.kernel.StoredMatrix;
import dev.d2v.testkit.Guarded;
import dev.d2v.testkit.KernelContract;
import dev.d2v.testkit.Tolerance;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What every backend's [StorageKernels] do: what the product of the widened weight would, at sizes
/// around every tile's, vector's and word's border, in both forms.
public abstract class StorageContract extends KernelContract {
  /// For backends.
  protected StorageContract() {}

  /// A weight in one of its forms.
  ///
  /// @param int8 or BF16
  /// @param m rows of the result
  /// @param n rows of the weight
  /// @param k columns of the weight
  protected record Stored(boolean int8, int m, int n, int k) {
    long elements() {
      return 6L * m * n + (long) m * k + 2L * n * k + 2L * n;
    }

    private Random random(int salt) {
      return new Random(31L * (31L * (31L * m + n) + k) + salt);
    }

    double[] left() {
      return normal(random(1), m * k);
    }

    double[] bias() {
      return normal(random(2), n);
    }

    double[] addend() {
      return normal(random(3), m * n);
    }

    byte[] bytes() {
      byte[] bytes = new byte[n * k];
      Random random = random(4);
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) (random.nextInt(255) - 127);
      }
      return bytes;
    }

    double[] scale() {
      double[] scale = new double[n];
      Random random = random(5);
      for (int i = 0; i < n; i++) {
        scale[i] = (float) ((1 + random.nextInt(9)) / 1000.0);
      }
      return scale;
    }

    short[] halves() {
      short[] halves = new short[n * k];
      Random random = random(6);
      for (int i = 0; i < halves.length; i++) {
        halves[i] = (short) (Float.floatToRawIntBits((float) random.nextGaussian()) >>> 16);
      }
      return halves;
    }

    StoredMatrix matrix(Guarded memory) {
      return int8
          ? new StoredMatrix(memory.bytes(bytes()), memory.floats(scale()))
          : new StoredMatrix(memory.halves(halves()), null);
    }

    /// The weight (n,k) as it is meant.
    double[] widened() {
      double[] w = new double[n * k];
      byte[] bytes = bytes();
      double[] scale = scale();
      short[] halves = halves();
      for (int i = 0; i < w.length; i++) {
        w[i] = int8 ? scale[i / k] * bytes[i] : Float.intBitsToFloat(halves[i] << 16);
      }
      return w;
    }

    double[] product() {
      double[] a = left();
      double[] w = widened();
      double[] c = new double[m * n];
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          for (int p = 0; p < k; p++) {
            c[i * n + j] += a[i * k + p] * w[j * k + p];
          }
        }
      }
      return c;
    }
  }

  static Stream<Stored> weights() {
    int s = SIZES.length;
    Stream<int[]> mixed =
        Stream.iterate(0, i -> i + 1)
            .limit(2L * s)
            .map(i -> new int[] {size(i), size(i * 7 + i / s), size(i * 4 + 5 + 2 * (i / s))});
    Stream<int[]> chosen =
        Stream.of(
            new int[] {17, 1021, 33},
            new int[] {1, 768, 768},
            new int[] {31, 64, 1021},
            new int[] {13, 130, 515},
            new int[] {25, 49, 513},
            new int[] {6, 16, 16},
            new int[] {7, 32, 48},
            new int[] {50, 64, 96},
            new int[] {64, 48, 160},
            new int[] {65, 48, 160});
    return Stream.concat(mixed, chosen)
        .filter(z -> (long) z[0] * z[1] * z[2] < 1_500_000)
        .flatMap(z ->
            Stream.of(new Stored(true, z[0], z[1], z[2]), new Stored(false, z[0], z[1], z[2])));
  }

  private static int size(int i) {
    return SIZES[i % SIZES.length];
  }

  private static StorageKernels kernels(Guarded memory) {
    return memory.backend().kernels().storage();
  }

  @ParameterizedTest
  @MethodSource("weights")
  void storedNT(Stored z) {
    float[][] c =
        run(
            z.elements(),
            memory -> {
              Tensor a = memory.floats(z.left());
              StoredMatrix w = z.matrix(memory);
              Tensor bias = memory.floats(z.bias());
              Tensor addend = memory.floats(z.addend());
              Tensor plain = memory.output(z.m * z.n);
              Tensor both = memory.output(z.m * z.n);
              kernels(memory).storedNT(plain, a, w, null, null, z.m, z.n, z.k);
              kernels(memory).storedNT(both, a, w, bias, addend, z.m, z.n, z.k);
              kernels(memory).storedNT(addend, a, w, bias, addend, z.m, z.n, z.k);
              return List.of(plain, both, addend);
            });
    double[] expected = z.product();
    double tolerance = Tolerance.reduction(z.k);
    assertClose("c = a w^T", expected, c[0], tolerance);
    double[] bias = z.bias();
    double[] addend = z.addend();
    for (int i = 0; i < expected.length; i++) {
      expected[i] += bias[i % z.n] + addend[i];
    }
    assertClose("c = a w^T + bias + addend", expected, c[1], tolerance);
    Assertions.assertArrayEquals(c[1], c[2], "addend may be c itself");
  }

  @ParameterizedTest
  @MethodSource("weights")
  void storedNTGelu(Stored z) {
    float[][] y =
        run(
            z.elements(),
            memory -> {
              Tensor a = memory.floats(z.left());
              StoredMatrix w = z.matrix(memory);
              Tensor bias = memory.floats(z.bias());
              Tensor gelu = memory.output(z.m * z.n);
              Tensor pre = memory.output(z.m * z.n);
              kernels(memory).storedNTGelu(gelu, a, w, bias, z.m, z.n, z.k);
              kernels(memory).storedNT(pre, a, w, bias, null, z.m, z.n, z.k);
              Tensor after = memory.output(z.m * z.n);
              memory.backend().kernels().activation().geluForward(after, pre, after.size());
              return List.of(gelu, after);
            });
    double[] expected = new double[y[1].length];
    for (int i = 0; i < expected.length; i++) {
      expected[i] = y[1][i];
    }
    assertClose(
        "y = gelu(a w^T + bias)", expected, y[0], Tolerance.reduction(z.k) + Tolerance.FUNCTION);
  }

  @ParameterizedTest
  @MethodSource("weights")
  void storedRowsAndWiden(Stored z) {
    int[] index = new int[z.m];
    Random random = new Random(z.m);
    for (int j = 0; j < z.m; j++) {
      int row = random.nextInt(z.n);
      index[j] = random.nextBoolean() ? row : -1 - row;
    }
    float[][] y =
        run(
            z.elements() + (long) z.m * z.k,
            memory -> {
              StoredMatrix w = z.matrix(memory);
              Tensor rows = memory.output(z.m * z.k);
              Tensor all = memory.output(z.n * z.k);
              kernels(memory).storedRows(rows, w, memory.ints(index), z.m, z.k);
              kernels(memory).widen(all, w, z.n, z.k);
              return List.of(rows, all);
            });
    double[] w = z.widened();
    assertClose("y = w", w, y[1], Tolerance.ELEMENTWISE);
    double[] rows = new double[z.m * z.k];
    for (int j = 0; j < z.m; j++) {
      int row = index[j] < 0 ? -1 - index[j] : index[j];
      System.arraycopy(w, row * z.k, rows, j * z.k, z.k);
    }
    assertClose("y[j] = w[index[j]]", rows, y[0], Tolerance.ELEMENTWISE);
  }

  @Test
  void aWeightThatIsTooSmallOrOfAnotherTypeIsNamed() {
    run(
        1000,
        memory -> {
          Tensor c = memory.output(6);
          Tensor a = memory.floats(new double[8]);
          var small = new StoredMatrix(memory.bytes(new byte[11]), memory.floats(new double[3]));
          String message =
              Assertions.assertThrows(
                      IllegalArgumentException.class,
                      () -> kernels(memory).storedNT(c, a, small, null, null, 2, 3, 4))
                  .getMessage();
          Assertions.assertTrue(
              String.valueOf(message).contains("storedNT: the weight's values must hold 12"),
              message);
          Assertions.assertEquals(DType.F32, c.type());
          Assertions.assertThrows(
              IllegalArgumentException.class, () -> new StoredMatrix(c, null), "F32 is not stored");
          return List.of();
        });
  }
}
