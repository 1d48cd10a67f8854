package dev.d2v.benchmarks.compare;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.ConvShape;
import dev.d2v.tensor.kernel.Kernels;
import dev.d2v.tensor.kernel.StepNumbers;
import dev.d2v.tensor.spi.Backend;
import dev.d2v.tensor.spi.CpuBackend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// d2v's own kernels.
public final class D2vEngine implements Engine {
  /// What a norm adds to a variance.
  public static final float EPSILON = 1e-6f;

  /// What [Operation#ADAM_W] is computed with.
  public static final float LEARNING_RATE = 1e-3f;

  /// AdamW's decoupled weight decay.
  public static final float WEIGHT_DECAY = 0.05f;

  /// AdamW's first beta.
  public static final double BETA1 = 0.9;

  /// AdamW's second beta.
  public static final double BETA2 = 0.98;

  /// AdamW's epsilon.
  public static final double ADAM_EPSILON = 1e-6;

  /// The teacher's step.
  public static final float EMA_STEP = 1e-3f;

  private final Backend backend;
  private final @Nullable Path models;

  /// The kernels on so many threads, no networks.
  public D2vEngine(int threads, CpuBackend.Option option) {
    this(threads, option, null);
  }

  /// The kernels on so many threads, and networks whose weights lie in a folder.
  public D2vEngine(int threads, CpuBackend.Option option, @Nullable Path models) {
    this.models = models;
    backend = CpuBackend.open(threads, option);
  }

  /// The worker of d2v; arguments are the number of threads and the folder of networks.
  public static void main(String[] args) throws IOException {
    Worker.serve(
        new D2vEngine(
            Integer.parseInt(args[0]), CpuBackend.Option.fromProperties(), Path.of(args[1])));
  }

  @Override
  public String description() {
    return "d2v: " + backend.description();
  }

  @Override
  public Optional<Task> open(Case which) {
    if (which.operation().family() == Operation.Family.NETWORK) {
      return Optional.ofNullable(models)
          .map(folder -> new D2vNetwork(Network.of(which), backend, folder));
    }
    Operands o = new Operands(backend);
    return Optional.of(
        switch (which.operation().family()) {
          case MATMUL -> matmul(which, o);
          case ATTENTION -> attention(which, o);
          case NORM -> norm(which, o);
          case ELEMENTWISE -> elementwise(which, o);
          case OPTIMIZER -> optimizer(which, o);
          case GATHER -> gather(which, o);
          case CONV -> conv(which, o);
          case NETWORK -> throw unknown(which);
        });
  }

  private Kernels kernels() {
    return backend.kernels();
  }

  private Task matmul(Case z, Operands o) {
    int m = z.dim(0);
    int n = z.dim(1);
    int k = z.dim(2);
    Tensor a = o.floats("a", m * k);
    Tensor b = o.floats("b", n * k);
    Tensor bias = o.floats("bias", n);
    Tensor c = o.floats("c", m * n);
    Tensor pre =
        switch (z.operation()) {
          case MATMUL_NT_GELU, MATMUL_NN_GELU_BACKWARD -> o.floats("pre", m * n);
          default -> c;
        };
    var matmul = kernels().matmul();
    Runnable body =
        switch (z.operation()) {
          case MATMUL_NN -> () -> matmul.matmulNN(c, a, b, null, m, n, k);
          case MATMUL_NT -> () -> matmul.matmulNT(c, a, b, bias, null, m, n, k);
          case MATMUL_NT_GELU -> () -> matmul.matmulNTGelu(c, pre, a, b, bias, m, n, k);
          case MATMUL_NN_GELU_BACKWARD -> () -> matmul.matmulNNGeluBackward(c, a, b, pre, m, n, k);
          case MATMUL_TN -> () -> matmul.matmulTN(c, null, a, b, m, n, k);
          default -> throw unknown(z);
        };
    return o.task(body, c);
  }

  private Task attention(Case z, Operands o) {
    int B = z.dim(0);
    int T = z.dim(1);
    int H = z.dim(2);
    int D = z.dim(3);
    float scale = (float) (1 / Math.sqrt(D));
    Tensor qkv = o.floats("qkv", B * T * 3 * H * D);
    Tensor out = o.zeros(B * T * H * D);
    Tensor lse = o.zeros(B * H * T);
    var attention = kernels().attention();
    if (z.operation() == Operation.ATTENTION_FORWARD) {
      return o.task(
          () -> attention.attentionForward(out, lse, qkv, null, null, null, scale, B, T, H, D),
          out);
    }
    attention.attentionForward(out, lse, qkv, null, null, null, scale, B, T, H, D);
    Tensor dout = o.floats("dout", B * T * H * D);
    Tensor dqkv = o.zeros(B * T * 3 * H * D);
    return o.task(
        () ->
            attention.attentionBackward(
                dqkv, null, dout, qkv, out, lse, null, null, null, scale, B, T, H, D),
        dqkv);
  }

  private Task norm(Case z, Operands o) {
    var norm = kernels().norm();
    if (z.operation() == Operation.INSTANCE_NORM_FORWARD) {
      Tensor x = o.floats("x", z.dim(0) * z.dim(1) * z.dim(2));
      Tensor y = o.zeros(x.shape().intSize());
      return o.task(() -> norm.instanceNormForward(y, x, EPSILON, z.dim(0), z.dim(1), z.dim(2)), y);
    }
    int rows = z.dim(0);
    int C = z.dim(1);
    Tensor x = o.floats("x", rows * C);
    Tensor y = o.zeros(rows * C);
    Tensor mean = o.zeros(rows);
    Tensor rstd = o.zeros(rows);
    Tensor gamma = o.floats("gamma", C);
    Tensor beta = o.floats("beta", C);
    return switch (z.operation()) {
      case LAYER_NORM_FORWARD ->
          o.task(() -> norm.layerNormForward(y, mean, rstd, x, gamma, beta, EPSILON, rows, C), y);
      case ADD_LAYER_NORM_FORWARD -> {
        Tensor addend = o.floats("addend", rows * C);
        Tensor sum = o.zeros(rows * C);
        yield o.task(
            () ->
                norm.addLayerNormForward(
                    y, sum, mean, rstd, x, addend, gamma, beta, EPSILON, rows, C),
            y);
      }
      case LAYER_NORM_BACKWARD -> {
        norm.layerNormForward(y, mean, rstd, x, gamma, beta, EPSILON, rows, C);
        Tensor dy = o.floats("dy", rows * C);
        Tensor dgamma = o.zeros(C);
        Tensor dbeta = o.zeros(C);
        yield o.task(
            () -> norm.layerNormBackward(y, dgamma, dbeta, dy, x, mean, rstd, gamma, null, rows, C),
            y);
      }
      case LAYER_NORM_GELU_FORWARD -> {
        Tensor addend = o.floats("addend", rows * C);
        yield o.task(
            () -> norm.layerNormGeluForward(y, mean, rstd, x, addend, EPSILON, rows, C), y);
      }
      case SOFTMAX_FORWARD -> o.task(() -> norm.softmaxForward(y, x, rows, C), y);
      default -> throw unknown(z);
    };
  }

  private Task elementwise(Case z, Operands o) {
    int size = z.dim(0);
    Tensor y = o.zeros(size);
    return switch (z.operation()) {
      case GELU_FORWARD -> {
        Tensor x = o.floats("x", size);
        yield o.task(() -> kernels().activation().geluForward(y, x, size), y);
      }
      case GELU_BACKWARD -> {
        Tensor x = o.floats("x", size);
        Tensor dy = o.floats("dy", size);
        yield o.task(() -> kernels().activation().geluBackward(y, dy, x, size), y);
      }
      case ADD -> {
        Tensor a = o.floats("a", size);
        Tensor b = o.floats("b", size);
        yield o.task(() -> kernels().elementwise().add(y, a, b, size), y);
      }
      default -> throw unknown(z);
    };
  }

  private Task optimizer(Case z, Operands o) {
    int size = z.dim(0);
    float[] numbers = new float[StepNumbers.FLOATS];
    numbers[StepNumbers.LEARNING_RATE] = LEARNING_RATE;
    numbers[StepNumbers.WEIGHT_DECAY] = WEIGHT_DECAY;
    numbers[StepNumbers.ADAM_STEP] = (float) (LEARNING_RATE * Math.sqrt(1 - BETA2) / (1 - BETA1));
    numbers[StepNumbers.EMA_STEP] = EMA_STEP;
    numbers[StepNumbers.GRADIENT_FACTOR] = 1;
    StepNumbers step = new StepNumbers(o.of(numbers), o.of(new int[StepNumbers.INTS]));
    Tensor p = o.floats("p", size);
    Tensor m = o.floats("m", size);
    Tensor v = o.positive("v", size);
    Tensor t = o.floats("t", size);
    Tensor g = o.floats("g", size);
    var optimizer = kernels().optimizer();
    return o.task(
        () -> optimizer.adamW(step, p, m, v, t, g, true, 1, BETA1, BETA2, ADAM_EPSILON, size), p);
  }

  private Task gather(Case z, Operands o) {
    int n = z.dim(0);
    int rows = z.dim(1);
    int C = z.dim(2);
    Tensor index = o.of(Inputs.indices("index", n, rows));
    var gather = kernels().gather();
    if (z.operation() == Operation.GATHER_ROWS) {
      Tensor x = o.floats("x", rows * C);
      Tensor y = o.zeros(n * C);
      return o.task(() -> gather.gatherRows(y, x, null, index, n, C), y);
    }
    Tensor dy = o.floats("dy", n * C);
    Tensor dx = o.zeros(rows * C);
    return o.task(() -> gather.scatterRows(dx, null, dy, index, n, rows, 0, C), dx);
  }

  private Task conv(Case z, Operands o) {
    ConvShape shape = z.conv();
    Tensor w = o.floats("w", shape.weightSize());
    var conv = kernels().conv();
    int in = shape.inRows() * shape.inChannels();
    int out = shape.outRows() * shape.outChannels();
    return switch (z.operation()) {
      case CONV_FORWARD -> {
        Tensor x = o.floats("x", in);
        Tensor y = o.zeros(out);
        Tensor bias = o.floats("bias", shape.outChannels());
        yield o.task(() -> conv.conv2dForward(y, x, w, bias, shape), y);
      }
      case CONV_BACKWARD_INPUT -> {
        Tensor dy = o.floats("dy", out);
        Tensor dx = o.zeros(in);
        yield o.task(() -> conv.conv2dBackwardInput(dx, dy, w, null, shape), dx);
      }
      case CONV_BACKWARD_WEIGHT -> {
        Tensor x = o.floats("x", in);
        Tensor dy = o.floats("dy", out);
        Tensor dw = o.zeros(shape.weightSize());
        Tensor dbias = o.zeros(shape.outChannels());
        yield o.task(() -> conv.conv2dBackwardWeight(dw, dbias, dy, x, shape), dw);
      }
      default -> throw unknown(z);
    };
  }

  private static IllegalArgumentException unknown(Case z) {
    return new IllegalArgumentException(z + " belongs to another family");
  }

  @Override
  public void close() {
    backend.close();
  }
}
