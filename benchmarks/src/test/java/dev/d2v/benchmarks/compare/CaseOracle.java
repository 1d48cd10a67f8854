package dev.d2v.benchmarks.compare;

import dev.d2v.tensor.kernel.ConvShape;
import dev.d2v.testkit.contract.AttentionOracle;
import dev.d2v.testkit.contract.Oracle;

/// What every operation must give, in double precision and plain loops, from [Inputs].
final class CaseOracle {
  private CaseOracle() {}

  static double[] result(Case z) {
    return switch (z.operation().family()) {
      case MATMUL -> product(z);
      case ATTENTION -> attention(z);
      case NORM -> norm(z);
      case ELEMENTWISE -> elementwise(z);
      case OPTIMIZER -> optimizer(z.dim(0));
      case GATHER -> gather(z);
      case CONV -> convolution(z);
      case NETWORK -> throw new IllegalArgumentException(z.toString());
    };
  }

  private static double[] input(String name, int size) {
    float[] values = Inputs.floats(name, size);
    double[] out = new double[size];
    for (int i = 0; i < size; i++) {
      out[i] = values[i];
    }
    return out;
  }

  private static double[] product(Case z) {
    int m = z.dim(0);
    int n = z.dim(1);
    int k = z.dim(2);
    double[] a = input("a", m * k);
    double[] b = input("b", n * k);
    double[] c = input("c", m * n);
    double[] bias = input("bias", n);
    double[] pre = input("pre", m * n);
    double[] out = new double[m * n];
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        double sum = 0;
        for (int l = 0; l < k; l++) {
          sum +=
              switch (z.operation()) {
                case MATMUL_TN -> a[l * m + i] * b[l * n + j];
                case MATMUL_NN, MATMUL_NN_GELU_BACKWARD -> a[i * k + l] * b[l * n + j];
                default -> a[i * k + l] * b[j * k + l];
              };
        }
        int at = i * n + j;
        out[at] =
            switch (z.operation()) {
              case MATMUL_NN -> sum;
              case MATMUL_NT -> sum + bias[j];
              case MATMUL_NT_GELU -> Oracle.gelu(sum + bias[j]);
              case MATMUL_NN_GELU_BACKWARD -> sum * Oracle.geluDerivative(pre[at]);
              default -> sum + c[at];
            };
      }
    }
    return out;
  }

  private static double[] attention(Case z) {
    int size = z.dim(0) * z.dim(1) * z.dim(2) * z.dim(3);
    AttentionOracle oracle =
        new AttentionOracle(
            z.dim(0),
            z.dim(1),
            z.dim(2),
            z.dim(3),
            (float) (1 / Math.sqrt(z.dim(3))),
            input("qkv", 3 * size),
            input("dout", size),
            null,
            null,
            new AttentionOracle.Dropout(0, 0, 0, 0, 0));
    return z.operation() == Operation.ATTENTION_FORWARD ? oracle.out() : oracle.dqkv();
  }

  private static double[] norm(Case z) {
    if (z.operation() == Operation.INSTANCE_NORM_FORWARD) {
      return instanceNorm(z.dim(0), z.dim(1), z.dim(2));
    }
    int rows = z.dim(0);
    int C = z.dim(1);
    double[] x = input("x", rows * C);
    double[] addend = input("addend", rows * C);
    double[] dy = input("dy", rows * C);
    double[] gamma = input("gamma", C);
    double[] beta = input("beta", C);
    double[] out = new double[rows * C];
    for (int r = 0; r < rows; r++) {
      double[] row = new double[C];
      for (int c = 0; c < C; c++) {
        boolean adds = z.operation() == Operation.ADD_LAYER_NORM_FORWARD;
        row[c] = x[r * C + c] + (adds ? addend[r * C + c] : 0);
      }
      double mean = Oracle.mean(row);
      double deviation = Math.sqrt(Oracle.squares(row) / C + D2vEngine.EPSILON);
      double exponentials = 0;
      double sum = 0;
      double product = 0;
      for (int c = 0; c < C; c++) {
        exponentials += Math.exp(row[c]);
        double g = dy[r * C + c] * gamma[c];
        sum += g / C;
        product += g * (row[c] - mean) / deviation / C;
      }
      for (int c = 0; c < C; c++) {
        double normal = (row[c] - mean) / deviation;
        int at = r * C + c;
        out[at] =
            switch (z.operation()) {
              case LAYER_NORM_BACKWARD -> (dy[at] * gamma[c] - sum - normal * product) / deviation;
              case LAYER_NORM_GELU_FORWARD -> Oracle.gelu(normal) + addend[at];
              case SOFTMAX_FORWARD -> Math.exp(row[c]) / exponentials;
              default -> normal * gamma[c] + beta[c];
            };
      }
    }
    return out;
  }

  private static double[] instanceNorm(int B, int T, int C) {
    double[] x = input("x", B * T * C);
    double[] out = new double[x.length];
    for (int b = 0; b < B; b++) {
      for (int c = 0; c < C; c++) {
        double[] line = new double[T];
        for (int t = 0; t < T; t++) {
          line[t] = x[(b * T + t) * C + c];
        }
        double deviation = Math.sqrt(Oracle.squares(line) / T + D2vEngine.EPSILON);
        for (int t = 0; t < T; t++) {
          out[(b * T + t) * C + c] = (line[t] - Oracle.mean(line)) / deviation;
        }
      }
    }
    return out;
  }

  private static double[] elementwise(Case z) {
    int size = z.dim(0);
    double[] x = input("x", size);
    double[] dy = input("dy", size);
    double[] a = input("a", size);
    double[] b = input("b", size);
    double[] out = new double[size];
    for (int i = 0; i < size; i++) {
      out[i] =
          switch (z.operation()) {
            case GELU_FORWARD -> Oracle.gelu(x[i]);
            case GELU_BACKWARD -> dy[i] * Oracle.geluDerivative(x[i]);
            default -> a[i] + b[i];
          };
    }
    return out;
  }

  private static double[] optimizer(int size) {
    double[] p = input("p", size);
    double[] m = input("m", size);
    double[] v = input("v", size);
    double[] g = input("g", size);
    double beta1 = D2vEngine.BETA1;
    double beta2 = D2vEngine.BETA2;
    double step = D2vEngine.LEARNING_RATE * Math.sqrt(1 - beta2) / (1 - beta1);
    for (int i = 0; i < size; i++) {
      double first = beta1 * m[i] + (1 - beta1) * g[i];
      double second = beta2 * Math.abs(v[i]) + (1 - beta2) * g[i] * g[i];
      p[i] -= D2vEngine.LEARNING_RATE * D2vEngine.WEIGHT_DECAY * p[i];
      p[i] -= step * first / (Math.sqrt(second) + D2vEngine.ADAM_EPSILON);
    }
    return p;
  }

  private static double[] gather(Case z) {
    int n = z.dim(0);
    int rows = z.dim(1);
    int C = z.dim(2);
    int[] index = Inputs.indices("index", n, rows);
    boolean scatters = z.operation() == Operation.SCATTER_ROWS;
    double[] in = scatters ? input("dy", n * C) : input("x", rows * C);
    double[] out = new double[(scatters ? rows : n) * C];
    for (int j = 0; j < n; j++) {
      for (int c = 0; c < C; c++) {
        int here = j * C + c;
        int there = index[j] * C + c;
        out[scatters ? there : here] += in[scatters ? here : there];
      }
    }
    return out;
  }

  /// One loop for all three: a product of an input, a weight and an output adds to one of them.
  private static double[] convolution(Case z) {
    ConvShape s = z.conv();
    double[] x = input("x", s.inRows() * s.inChannels());
    double[] w = input("w", s.weightSize());
    double[] y = input("dy", s.outRows() * s.outChannels());
    double[] bias = input("bias", s.outChannels());
    int in = s.inChannels() / s.groups();
    int perGroup = s.outChannels() / s.groups();
    int taps = s.kernelHeight() * s.kernelWidth();
    double[] out =
        new double
            [switch (z.operation()) {
              case CONV_FORWARD -> y.length;
              case CONV_BACKWARD_INPUT -> x.length;
              default -> w.length;
            }];
    for (int o = 0; o < y.length; o++) {
      int channel = o % s.outChannels();
      int place = o / s.outChannels();
      int row = place / s.outWidth() % s.outHeight() * s.strideHeight() - s.padTop();
      int column = place % s.outWidth() * s.strideWidth() - s.padLeft();
      int sample = place / s.outWidth() / s.outHeight();
      if (z.operation() == Operation.CONV_FORWARD) {
        out[o] += bias[channel];
      }
      for (int tap = 0; tap < in * taps; tap++) {
        int h = row + tap % taps / s.kernelWidth();
        int c = column + tap % s.kernelWidth();
        if (h < 0 || h >= s.height() || c < 0 || c >= s.width()) {
          continue;
        }
        int i = ((sample * s.height() + h) * s.width() + c) * s.inChannels();
        i += channel / perGroup * in + tap / taps;
        int k = channel * in * taps + tap;
        switch (z.operation()) {
          case CONV_FORWARD -> out[o] += x[i] * w[k];
          case CONV_BACKWARD_INPUT -> out[i] += y[o] * w[k];
          default -> out[k] += y[o] * x[i];
        }
      }
    }
    return out;
  }
}
