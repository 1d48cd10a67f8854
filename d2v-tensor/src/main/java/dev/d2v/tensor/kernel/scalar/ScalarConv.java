package dev.d2v.tensor.kernel.scalar;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.d2v.tensor.Checks;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.ConvKernels;
import dev.d2v.tensor.kernel.ConvShape;
import dev.d2v.tensor.parallel.RowParallel;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Convolutions as their sums are written.
public final class ScalarConv implements ConvKernels {
  private final RowParallel parallel;

  /// Over these threads.
  public ScalarConv(RowParallel parallel) {
    this.parallel = parallel;
  }

  /// Fails unless all tensors are as large as the geometry says.
  public static void check(
      String op, Tensor y, Tensor x, Tensor w, @Nullable Tensor bias, ConvShape s) {
    Checks.floats(y, (long) s.outRows() * s.outChannels(), op, "y");
    Checks.floats(x, (long) s.inRows() * s.inChannels(), op, "x");
    Checks.floats(w, s.weightSize(), op, "w");
    if (bias != null) {
      Checks.floats(bias, s.outChannels(), op, "bias");
    }
  }

  @Override
  public void conv2dForward(Tensor y, Tensor x, Tensor w, @Nullable Tensor bias, ConvShape s) {
    check("conv2dForward", y, x, w, bias, s);
    int I = s.inChannels() / s.groups();
    int O = s.outChannels() / s.groups();
    parallel.run(
        s.batch() * s.outHeight(),
        (part, thread) -> {
          int n = part / s.outHeight();
          int p = part % s.outHeight();
          for (int q = 0; q < s.outWidth(); q++) {
            for (int o = 0; o < s.outChannels(); o++) {
              double sum = bias == null ? 0 : at(bias, o);
              for (int r = 0; r < s.kernelHeight(); r++) {
                for (int c = 0; c < s.kernelWidth(); c++) {
                  long row = inRow(s, n, p, q, r, c);
                  for (int i = 0; row >= 0 && i < I; i++) {
                    sum +=
                        (double) at(w, weight(s, o, i, r, c))
                            * at(x, row * s.inChannels() + (long) (o / O) * I + i);
                  }
                }
              }
              put(y, (long) (part * s.outWidth() + q) * s.outChannels() + o, sum);
            }
          }
        });
  }

  @Override
  public void conv2dBackwardInput(
      Tensor dx, Tensor dy, Tensor w, @Nullable Tensor addend, ConvShape s) {
    check("conv2dBackwardInput", dy, dx, w, null, s);
    Checks.floats("conv2dBackwardInput", dx.size(), "addend", addend);
    int I = s.inChannels() / s.groups();
    int O = s.outChannels() / s.groups();
    int size = s.height() * s.width() * s.inChannels();
    parallel.run(
        s.batch(),
        (n, thread) -> {
          double[] d = new double[size];
          for (int p = 0; p < s.outHeight(); p++) {
            for (int q = 0; q < s.outWidth(); q++) {
              for (int o = 0; o < s.outChannels(); o++) {
                float g = at(dy, outRow(s, n, p, q) * s.outChannels() + o);
                for (int r = 0; r < s.kernelHeight(); r++) {
                  for (int c = 0; c < s.kernelWidth(); c++) {
                    long row = inRow(s, n, p, q, r, c);
                    for (int i = 0; row >= 0 && i < I; i++) {
                      int local = (int) (row - (long) n * s.height() * s.width());
                      d[local * s.inChannels() + o / O * I + i] +=
                          (double) g * at(w, weight(s, o, i, r, c));
                    }
                  }
                }
              }
            }
          }
          for (int j = 0; j < size; j++) {
            long at = (long) n * size + j;
            put(dx, at, d[j] + (addend == null ? 0 : at(addend, at)));
          }
        });
  }

  @Override
  public void conv2dBackwardWeight(
      Tensor dw, @Nullable Tensor dbias, Tensor dy, Tensor x, ConvShape s) {
    check("conv2dBackwardWeight", dy, x, dw, dbias, s);
    int I = s.inChannels() / s.groups();
    int O = s.outChannels() / s.groups();
    parallel.run(
        s.outChannels(),
        (o, thread) -> {
          double[] d = new double[I * s.kernelHeight() * s.kernelWidth()];
          double b = 0;
          for (int n = 0; n < s.batch(); n++) {
            for (int p = 0; p < s.outHeight(); p++) {
              for (int q = 0; q < s.outWidth(); q++) {
                float g = at(dy, outRow(s, n, p, q) * s.outChannels() + o);
                b += g;
                for (int r = 0; r < s.kernelHeight(); r++) {
                  for (int c = 0; c < s.kernelWidth(); c++) {
                    long row = inRow(s, n, p, q, r, c);
                    for (int i = 0; row >= 0 && i < I; i++) {
                      d[(int) weight(s, 0, i, r, c)] +=
                          (double) g * at(x, row * s.inChannels() + (long) (o / O) * I + i);
                    }
                  }
                }
              }
            }
          }
          for (int j = 0; j < d.length; j++) {
            long index = (long) o * d.length + j;
            put(dw, index, at(dw, index) + d[j]);
          }
          if (dbias != null) {
            put(dbias, o, at(dbias, o) + b);
          }
        });
  }

  @Override
  public void patches(Tensor y, Tensor x, boolean channelsLast, int B, int C, int H, int W, int P) {
    Checks.that(H % P == 0 && W % P == 0, "patches", "H and W must be multiples of P");
    Checks.floats(y, (long) B * C * H * W, "patches", "y");
    Checks.floats(x, (long) B * C * H * W, "patches", "x");
    MemorySegment in = x.data();
    MemorySegment out = y.data();
    int across = W / P;
    int tokens = H / P * across;
    parallel.run(
        B,
        (b, thread) -> {
          long to = (long) b * C * H * W;
          for (int t = 0; t < tokens; t++) {
            for (int k = 0; k < C * P * P; k++) {
              int c = channelsLast ? k % C : k / (P * P);
              int row = channelsLast ? k / C / P : k / P % P;
              int column = channelsLast ? k / C % P : k % P;
              long from =
                  (((long) b * C + c) * H + (long) (t / across) * P + row) * W
                      + (long) (t % across) * P
                      + column;
              out.setAtIndex(JAVA_FLOAT, to++, in.getAtIndex(JAVA_FLOAT, from));
            }
          }
        });
  }

  private static long outRow(ConvShape s, int n, int p, int q) {
    return ((long) n * s.outHeight() + p) * s.outWidth() + q;
  }

  /// Row of x that tap (r,c) of output (n,p,q) reads, or -1 outside.
  private static long inRow(ConvShape s, int n, int p, int q, int r, int c) {
    int y = p * s.strideHeight() + r - s.padTop();
    int x = q * s.strideWidth() + c - s.padLeft();
    boolean inside = y >= 0 && y < s.height() && x >= 0 && x < s.width();
    return inside ? ((long) n * s.height() + y) * s.width() + x : -1;
  }

  private static long weight(ConvShape s, int o, int i, int r, int c) {
    int I = s.inChannels() / s.groups();
    return ((long) (o * I + i) * s.kernelHeight() + r) * s.kernelWidth() + c;
  }

  private static float at(Tensor t, long i) {
    return t.data().getAtIndex(JAVA_FLOAT, i);
  }

  private static void put(Tensor t, long i, double value) {
    t.data().setAtIndex(JAVA_FLOAT, i, (float) value);
  }
}
