package dev.d2v.testkit.contract;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.MatmulKernels;
import dev.d2v.testkit.Guarded;
import dev.d2v.testkit.KernelContract;
import dev.d2v.testkit.Tolerance;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What every backend's [MatmulKernels] do: the sums of products in double precision, at sizes
/// around every tile's and block's border.
public abstract class MatmulContract extends KernelContract {
  /// For backends.
  protected MatmulContract() {}

  /// One product's extents and its numbers.
  ///
  /// @param m rows of the result
  /// @param n columns of the result
  /// @param k length of the sums
  protected record Sizes(int m, int n, int k) {
    long elements() {
      return 4L * m * n + (long) m * k + (long) n * k + n;
    }

    double[] numbers(int salt, int size) {
      return normal(new Random(31L * (31L * (31L * m + n) + k) + salt), size);
    }

    double[] results(int salt) {
      return numbers(salt, m * n);
    }

    double[] left() {
      return numbers(1, m * k);
    }

    double[] right() {
      return numbers(2, k * n);
    }

    double[] bias() {
      return numbers(3, n);
    }

    double tolerance() {
      return Tolerance.reduction(k);
    }
  }

  static Stream<Sizes> sizes() {
    int s = SIZES.length;
    // every size as m, as n and as k, in changing company
    Stream<Sizes> mixed =
        Stream.iterate(0, i -> i + 1)
            .limit(2L * s)
            .map(i -> new Sizes(size(i), size(i * 7 + i / s), size(i * 4 + 5 + 2 * (i / s))))
            .filter(z -> (long) z.m * z.n * z.k < 1_500_000);
    Stream<Sizes> chosen =
        Stream.of(
            new Sizes(1021, 33, 17),
            new Sizes(17, 1021, 33),
            new Sizes(31, 64, 1021),
            new Sizes(100, 130, 257),
            new Sizes(96, 128, 128),
            new Sizes(197, 16, 768),
            new Sizes(13, 48, 272),
            new Sizes(45, 32, 64),
            new Sizes(25, 49, 513),
            new Sizes(27, 35, 3100));
    return Stream.concat(mixed, chosen);
  }

  private static int size(int i) {
    return SIZES[i % SIZES.length];
  }

  /// `sum over p of left(i,p) * right(p,j)`, indices by strides.
  private static double[] product(
      Sizes z, double[] a, int aRow, int aStep, double[] b, int bStep, int bColumn) {
    double[] c = new double[z.m * z.n];
    for (int i = 0; i < z.m; i++) {
      for (int j = 0; j < z.n; j++) {
        double sum = 0;
        for (int p = 0; p < z.k; p++) {
          sum += a[i * aRow + p * aStep] * b[p * bStep + j * bColumn];
        }
        c[i * z.n + j] = sum;
      }
    }
    return c;
  }

  private static double[] productNN(Sizes z) {
    return product(z, z.left(), z.k, 1, z.right(), z.n, 1);
  }

  private static double[] productNT(Sizes z) {
    return product(z, z.left(), z.k, 1, z.right(), 1, z.k);
  }

  private static double[] productTN(Sizes z) {
    return product(z, z.left(), 1, z.m, z.right(), z.n, 1);
  }

  private static double[] plus(double[] a, IntToDoubleFunction b) {
    double[] sum = a.clone();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += b.applyAsDouble(i);
    }
    return sum;
  }

  private static MatmulKernels kernels(Guarded memory) {
    return memory.backend().kernels().matmul();
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void matmulNN(Sizes z) {
    float[][] c =
        run(
            z.elements(),
            memory -> {
              Tensor out = memory.output(z.m * z.n);
              Tensor a = memory.floats(z.left());
              Tensor b = memory.floats(z.right());
              Tensor sum = memory.output(z.m * z.n);
              Tensor inPlace = memory.floats(z.results(4));
              kernels(memory).matmulNN(out, a, b, null, z.m, z.n, z.k);
              kernels(memory).matmulNN(sum, a, b, inPlace, z.m, z.n, z.k);
              kernels(memory).matmulNN(inPlace, a, b, inPlace, z.m, z.n, z.k);
              return List.of(out, sum, inPlace);
            });
    double[] expected = productNN(z);
    assertClose("c = a b", expected, c[0], z.tolerance());
    double[] addend = z.results(4);
    double[] sum = plus(expected, i -> addend[i]);
    assertClose("c = a b + addend", sum, c[1], z.tolerance());
    Assertions.assertArrayEquals(c[1], c[2], "addend may be c itself");
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void matmulNT(Sizes z) {
    float[][] c =
        run(
            z.elements() + 2L * z.m * z.n,
            memory -> {
              Tensor a = memory.floats(z.left());
              Tensor b = memory.floats(z.right());
              Tensor bias = memory.floats(z.bias());
              Tensor addend = memory.floats(z.results(4));
              Tensor plain = memory.output(z.m * z.n);
              Tensor biased = memory.output(z.m * z.n);
              Tensor added = memory.output(z.m * z.n);
              Tensor both = memory.output(z.m * z.n);
              kernels(memory).matmulNT(plain, a, b, null, null, z.m, z.n, z.k);
              kernels(memory).matmulNT(biased, a, b, bias, null, z.m, z.n, z.k);
              kernels(memory).matmulNT(added, a, b, null, addend, z.m, z.n, z.k);
              kernels(memory).matmulNT(both, a, b, bias, addend, z.m, z.n, z.k);
              kernels(memory).matmulNT(addend, a, b, bias, addend, z.m, z.n, z.k);
              return List.of(plain, biased, added, both, addend);
            });
    double[] expected = productNT(z);
    double[] bias = z.bias();
    double[] addend = z.results(4);
    double[] biased = plus(expected, i -> bias[i % z.n]);
    assertClose("c = a b^T", expected, c[0], z.tolerance());
    assertClose("c = a b^T + bias", biased, c[1], z.tolerance());
    assertClose("c = a b^T + addend", plus(expected, i -> addend[i]), c[2], z.tolerance());
    assertClose("c = a b^T + bias + addend", plus(biased, i -> addend[i]), c[3], z.tolerance());
    Assertions.assertArrayEquals(c[3], c[4], "addend may be c itself");
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void matmulNTGelu(Sizes z) {
    float[][] c =
        run(
            z.elements(),
            memory -> {
              Tensor y = memory.output(z.m * z.n);
              Tensor pre = memory.output(z.m * z.n);
              Tensor inference = memory.output(z.m * z.n);
              Tensor a = memory.floats(z.left());
              Tensor b = memory.floats(z.right());
              Tensor bias = memory.floats(z.bias());
              kernels(memory).matmulNTGelu(y, pre, a, b, bias, z.m, z.n, z.k);
              kernels(memory).matmulNTGelu(inference, null, a, b, bias, z.m, z.n, z.k);
              return List.of(y, pre, inference);
            });
    double[] bias = z.bias();
    double[] pre = plus(productNT(z), i -> bias[i % z.n]);
    double[] y = new double[pre.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = pre[i] * gaussianIntegral(pre[i]);
    }
    assertClose("pre", pre, c[1], z.tolerance());
    assertClose("y", y, c[0], z.tolerance() * slopeBound(pre, y) + Tolerance.FUNCTION);
    Assertions.assertArrayEquals(c[0], c[2], "y is the same without pre");
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void matmulNNGeluBackward(Sizes z) {
    float[][] c =
        run(
            z.elements(),
            memory -> {
              Tensor dpre = memory.output(z.m * z.n);
              Tensor dy = memory.floats(z.left());
              Tensor w = memory.floats(z.right());
              Tensor pre = memory.floats(z.results(5));
              kernels(memory).matmulNNGeluBackward(dpre, dy, w, pre, z.m, z.n, z.k);
              return List.of(dpre);
            });
    double[] pre = z.results(5);
    double[] gradient = productNN(z);
    double[] expected = new double[gradient.length];
    for (int i = 0; i < expected.length; i++) {
      double density = Math.exp(-pre[i] * pre[i] / 2) / Math.sqrt(2 * Math.PI);
      expected[i] = gradient[i] * (gaussianIntegral(pre[i]) + pre[i] * density);
    }
    double bound = z.tolerance() + Tolerance.FUNCTION;
    assertClose("dpre", expected, c[0], bound * 1.2 * slopeBound(gradient, expected));
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void matmulTNAccumulates(Sizes z) {
    float[][] c =
        run(
            z.elements() + z.m,
            memory -> {
              Tensor out = memory.floats(z.results(4));
              Tensor a = memory.floats(z.left());
              Tensor b = memory.floats(z.right());
              Tensor alone = memory.floats(z.results(4));
              Tensor sums = memory.floats(z.numbers(6, z.m));
              kernels(memory).matmulTN(out, sums, a, b, z.m, z.n, z.k);
              kernels(memory).matmulTN(alone, null, a, b, z.m, z.n, z.k);
              return List.of(out, sums, alone);
            });
    double[] before = z.results(4);
    assertClose("c += a^T b", plus(productTN(z), i -> before[i]), c[0], z.tolerance());
    double[] a = z.left();
    double[] sums = plus(z.numbers(6, z.m), i -> columnSum(a, i, z));
    assertClose("sums += column sums of a", sums, c[1], z.tolerance());
    Assertions.assertArrayEquals(c[0], c[2], "c is the same without sums");
  }

  private static double columnSum(double[] a, int column, Sizes z) {
    double sum = 0;
    for (int p = 0; p < z.k; p++) {
      sum += a[p * z.m + column];
    }
    return sum;
  }

  @Test
  void matmulTNOfALongSum() {
    matmulTNAccumulates(new Sizes(50, 70, 2600));
  }

  @Test
  void matmulTNOfASumInManyPieces() {
    matmulTNAccumulates(new Sizes(250, 40, 6100));
  }

  @Test
  void aTensorThatIsTooSmallIsNamed() {
    run(
        1000,
        memory -> {
          Tensor c = memory.output(6);
          Tensor a = memory.floats(new double[8]);
          Tensor b = memory.floats(new double[11]);
          String message =
              Assertions.assertThrows(
                      IllegalArgumentException.class,
                      () -> kernels(memory).matmulNN(c, a, b, null, 2, 3, 4))
                  .getMessage();
          Assertions.assertTrue(
              String.valueOf(message).contains("matmulNN: b must hold 12"), message);
          return List.of();
        });
  }

  /// How much larger the numbers are, whose errors a product inherits, than the product itself.
  private static double slopeBound(double[] before, double[] after) {
    double largest = 0;
    double result = 1e-30;
    for (int i = 0; i < before.length; i++) {
      largest = Math.max(largest, Math.abs(before[i]));
      result = Math.max(result, Math.abs(after[i]));
    }
    return Math.max(1, largest / result);
  }

  /// `(1 + erf(x/sqrt(2))) / 2`, the integral of the normal density: its everywhere convergent
  /// series near zero, the continued fraction of its tail elsewhere.
  private static double gaussianIntegral(double x) {
    double density = Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    double z = Math.abs(x);
    double upper;
    if (z < 3) {
      double term = z;
      double sum = z;
      for (int i = 1; i < 100; i++) {
        term *= z * z / (2 * i + 1);
        sum += term;
      }
      upper = 0.5 - density * sum;
    } else {
      double fraction = z;
      for (int i = 100; i > 0; i--) {
        fraction = z + i / fraction;
      }
      upper = density / fraction;
    }
    return x < 0 ? upper : 1 - upper;
  }
}
