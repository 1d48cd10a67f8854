package dev.d2v.testkit.contract;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.ConvKernels;
import dev.d2v.tensor.kernel.ConvShape;
import dev.d2v.testkit.Guarded;
import dev.d2v.testkit.KernelContract;
import dev.d2v.testkit.Tolerance;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// What every backend's [ConvKernels] do: the definition's sums in double precision, over groups,
/// even kernels, strides, one-dimensional shapes and channel counts around a vector's width.
public abstract class ConvContract extends KernelContract {
  /// For backends.
  protected ConvContract() {}

  static Stream<ConvShape> shapes() {
    return Stream.of(
        ConvShape.same2d(5, 7, 7, 32, 32, 3, 2),
        ConvShape.same2d(19, 7, 7, 16, 16, 3, 1),
        ConvShape.same2d(2, 14, 14, 48, 96, 3, 2),
        ConvShape.same2d(3, 5, 6, 6, 9, 3, 3),
        ConvShape.same2d(2, 6, 5, 8, 8, 4, 2),
        ConvShape.same2d(2, 4, 9, 34, 38, 2, 2),
        ConvShape.same2d(3, 6, 6, 20, 20, 3, 20),
        ConvShape.same2d(2, 8, 8, 40, 24, 1, 1),
        ConvShape.same2d(1, 1, 1, 1, 1, 1, 1),
        ConvShape.same2d(1, 3, 3, 7, 5, 7, 1),
        ConvShape.same1d(3, 50, 32, 32, 7, 2),
        ConvShape.same1d(2, 33, 15, 17, 4, 1),
        ConvShape.same1d(1, 197, 24, 24, 19, 4),
        // no padding
        new ConvShape(2, 6, 7, 5, 6, 3, 2, 1, 1, 0, 0, 4, 6, 1),
        // more padding on one side than on the other
        new ConvShape(2, 5, 5, 4, 4, 3, 3, 1, 1, 2, 0, 5, 5, 2),
        // outputs that see only padding
        new ConvShape(1, 3, 4, 3, 2, 2, 2, 1, 1, 4, 3, 9, 8, 1),
        // strides, equal and unequal, that leave input rows unread
        new ConvShape(2, 9, 11, 8, 16, 3, 3, 2, 2, 1, 1, 5, 6, 2),
        new ConvShape(2, 10, 7, 3, 33, 4, 2, 3, 2, 0, 1, 3, 4, 1),
        strided(2, 101, 1, 17, 10, 5, 1),
        // feature extractors: tails that no output reads, kernels longer and shorter than the
        // stride
        strided(1, 1003, 1, 64, 10, 5, 1),
        strided(3, 64, 33, 40, 3, 2, 1),
        strided(2, 41, 64, 48, 3, 2, 1),
        strided(1, 40, 32, 32, 2, 2, 1),
        strided(3, 43, 7, 20, 2, 3, 1),
        strided(2, 19, 5, 3, 3, 7, 1),
        strided(1, 3, 16, 16, 3, 2, 1),
        strided(2, 50, 24, 12, 5, 3, 4),
        // a stride with padding
        new ConvShape(2, 1, 29, 4, 18, 1, 6, 1, 4, 0, 3, 1, 9, 2),
        // longer than a block of places, and few channels a group
        strided(1, 1200, 3, 16, 4, 2, 1),
        ConvShape.same1d(1, 450, 16, 16, 5, 1),
        ConvShape.same1d(2, 230, 32, 32, 19, 4),
        ConvShape.same1d(1, 61, 24, 48, 8, 2),
        ConvShape.same2d(1, 18, 30, 8, 8, 3, 8),
        // patches as a convolution
        new ConvShape(2, 12, 8, 3, 20, 4, 4, 4, 4, 0, 0, 3, 2, 1));
  }

  /// One dimension, no padding: as many outputs as have all their inputs.
  private static ConvShape strided(
      int batch, int length, int in, int out, int kernel, int stride, int groups) {
    int places = (length - kernel) / stride + 1;
    return new ConvShape(batch, 1, length, in, out, 1, kernel, 1, stride, 0, 0, 1, places, groups);
  }

  /// The numbers of a shape, and the formulas over them.
  private record Case(ConvShape shape) {
    double[] numbers(int salt, int size) {
      return normal(new Random(31L * shape.hashCode() + salt), size);
    }

    double[] x() {
      return numbers(1, shape.inRows() * shape.inChannels());
    }

    double[] w() {
      return numbers(2, shape.weightSize());
    }

    double[] bias() {
      return numbers(3, shape.outChannels());
    }

    double[] dy() {
      return numbers(4, shape.outRows() * shape.outChannels());
    }

    long elements() {
      return 4L * (x().length + w().length + bias().length + dy().length);
    }

    int taps() {
      return shape.kernelHeight() * shape.kernelWidth();
    }

    /// Calls `visit` for every product in the definition.
    void forEachProduct(Product visit) {
      int in = shape.inChannels() / shape.groups();
      int out = shape.outChannels() / shape.groups();
      for (int row = 0; row < shape.outRows(); row++) {
        int q = row % shape.outWidth();
        int p = row / shape.outWidth() % shape.outHeight();
        int n = row / shape.outWidth() / shape.outHeight();
        for (int tap = 0; tap < taps(); tap++) {
          int h = p * shape.strideHeight() + tap / shape.kernelWidth() - shape.padTop();
          int c = q * shape.strideWidth() + tap % shape.kernelWidth() - shape.padLeft();
          if (h < 0 || h >= shape.height() || c < 0 || c >= shape.width()) {
            continue;
          }
          int pixel = ((n * shape.height() + h) * shape.width() + c) * shape.inChannels();
          for (int o = 0; o < shape.outChannels(); o++) {
            for (int i = 0; i < in; i++) {
              visit.accept(
                  row * shape.outChannels() + o,
                  pixel + o / out * in + i,
                  (o * in + i) * taps() + tap);
            }
          }
        }
      }
    }
  }

  /// One product `w * x` that y sums: its place in y, x and w.
  @FunctionalInterface
  private interface Product {
    void accept(int y, int x, int w);
  }

  private static ConvKernels kernels(Guarded memory) {
    return memory.backend().kernels().conv();
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void conv2dForward(ConvShape shape) {
    Case z = new Case(shape);
    float[][] y =
        run(
            z.elements(),
            memory -> {
              Tensor x = memory.floats(z.x());
              Tensor w = memory.floats(z.w());
              Tensor bias = memory.floats(z.bias());
              Tensor plain = memory.output(shape.outRows() * shape.outChannels());
              Tensor biased = memory.output(shape.outRows() * shape.outChannels());
              kernels(memory).conv2dForward(plain, x, w, null, shape);
              kernels(memory).conv2dForward(biased, x, w, bias, shape);
              return List.of(plain, biased);
            });
    double[] x = z.x();
    double[] w = z.w();
    double[] bias = z.bias();
    double[] expected = new double[y[0].length];
    z.forEachProduct((at, xAt, wAt) -> expected[at] += x[xAt] * w[wAt]);
    double tolerance = Tolerance.reduction(z.taps() * shape.inChannels() / shape.groups());
    assertClose("y without bias", expected, y[0], tolerance);
    for (int i = 0; i < expected.length; i++) {
      expected[i] += bias[i % bias.length];
    }
    assertClose("y", expected, y[1], tolerance);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void conv2dBackwardInputAssigns(ConvShape shape) {
    Case z = new Case(shape);
    float[][] dx =
        run(
            z.elements(),
            memory -> {
              Tensor out = memory.output(shape.inRows() * shape.inChannels());
              Tensor dy = memory.floats(z.dy());
              Tensor w = memory.floats(z.w());
              Tensor addend = memory.floats(z.numbers(7, dxSize(shape)));
              Tensor sum = memory.output(dxSize(shape));
              kernels(memory).conv2dBackwardInput(out, dy, w, null, shape);
              kernels(memory).conv2dBackwardInput(sum, dy, w, addend, shape);
              kernels(memory).conv2dBackwardInput(addend, dy, w, addend, shape);
              return List.of(out, sum, addend);
            });
    double[] dy = z.dy();
    double[] w = z.w();
    double[] expected = new double[dx[0].length];
    z.forEachProduct((yAt, at, wAt) -> expected[at] += dy[yAt] * w[wAt]);
    double tolerance = Tolerance.reduction(z.taps() * shape.outChannels() / shape.groups());
    assertClose("dx", expected, dx[0], tolerance);
    double[] addend = z.numbers(7, expected.length);
    Arrays.setAll(expected, i -> expected[i] + addend[i]);
    assertClose("dx + addend", expected, dx[1], tolerance);
    Assertions.assertArrayEquals(dx[1], dx[2], "addend may be dx itself");
  }

  private static int dxSize(ConvShape shape) {
    return shape.inRows() * shape.inChannels();
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void conv2dBackwardWeightAccumulates(ConvShape shape) {
    Case z = new Case(shape);
    float[][] gradients =
        run(
            z.elements(),
            memory -> {
              Tensor dw = memory.floats(z.numbers(5, shape.weightSize()));
              Tensor alone = memory.floats(z.numbers(5, shape.weightSize()));
              Tensor dbias = memory.floats(z.numbers(6, shape.outChannels()));
              Tensor dy = memory.floats(z.dy());
              Tensor x = memory.floats(z.x());
              kernels(memory).conv2dBackwardWeight(dw, dbias, dy, x, shape);
              kernels(memory).conv2dBackwardWeight(alone, null, dy, x, shape);
              return List.of(dw, dbias, alone);
            });
    double[] dy = z.dy();
    double[] x = z.x();
    double[] dw = z.numbers(5, shape.weightSize());
    z.forEachProduct((yAt, xAt, at) -> dw[at] += dy[yAt] * x[xAt]);
    double[] dbias = z.numbers(6, shape.outChannels());
    for (int i = 0; i < dy.length; i++) {
      dbias[i % dbias.length] += dy[i];
    }
    double tolerance = Tolerance.reduction(shape.outRows());
    assertClose("dw", dw, gradients[0], tolerance);
    assertClose("dbias", dbias, gradients[1], tolerance);
    Assertions.assertArrayEquals(gradients[0], gradients[2], "dw is the same without dbias");
  }

  @ParameterizedTest
  @CsvSource({
    "2, 3, 8, 12, 4",
    "3, 1, 7, 7, 7",
    "1, 2, 6, 9, 3",
    "2, 3, 32, 32, 16",
    "2, 5, 3, 2, 1"
  })
  void patchesAreCopies(int B, int C, int H, int W, int P) {
    double[] x = normal(new Random(9), B * C * H * W);
    float[][] y =
        run(
            4L * x.length,
            memory -> {
              Tensor in = memory.floats(x);
              Tensor first = memory.output(x.length);
              Tensor last = memory.output(x.length);
              kernels(memory).patches(first, in, false, B, C, H, W, P);
              kernels(memory).patches(last, in, true, B, C, H, W, P);
              return List.of(first, last);
            });
    int tokens = (H / P) * (W / P);
    for (int b = 0; b < B; b++) {
      for (int c = 0; c < C; c++) {
        for (int h = 0; h < H; h++) {
          for (int w = 0; w < W; w++) {
            int token = (h / P) * (W / P) + w / P;
            int patch = (b * tokens + token) * C * P * P;
            float pixel = (float) x[((b * C + c) * H + h) * W + w];
            int inside = h % P * P + w % P;
            Assertions.assertEquals(pixel, y[0][patch + c * P * P + inside], "channels first");
            Assertions.assertEquals(pixel, y[1][patch + inside * C + c], "channels last");
          }
        }
      }
    }
  }

  @Test
  void aTensorThatIsTooSmallIsRefused() {
    ConvShape shape = ConvShape.same2d(1, 4, 4, 2, 2, 3, 1);
    run(
        1000,
        memory -> {
          Tensor x = memory.output(32);
          Tensor y = memory.output(31);
          Tensor w = memory.output(shape.weightSize());
          String message =
              Assertions.assertThrows(
                      IllegalArgumentException.class,
                      () -> kernels(memory).conv2dForward(y, x, w, null, shape))
                  .getMessage();
          Assertions.assertTrue(
              String.valueOf(message).contains("conv2dForward: y must hold 32"), message);
          return List.of();
        });
  }
}
