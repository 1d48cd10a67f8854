package dev.d2v.benchmarks.peers;

import dev.d2v.benchmarks.compare.Case;
import dev.d2v.benchmarks.compare.D2vEngine;
import dev.d2v.benchmarks.compare.Inputs;
import dev.d2v.benchmarks.compare.Operation;
import dev.d2v.benchmarks.compare.Task;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/// What libtorch does in passes over memory.
final class TorchPasses {
  private static final double EPSILON = D2vEngine.EPSILON;

  private TorchPasses() {}

  static Task norm(Case z, TorchOperands o) {
    if (z.operation() == Operation.INSTANCE_NORM_FORWARD) {
      Tensor x = o.floats("x", z.dim(0), z.dim(1), z.dim(2));
      TensorOptional none = new TensorOptional();
      return o.computed(() ->
          torch
              .instance_norm(x.transpose(1, 2), none, none, none, none, true, 0, EPSILON, false)
              .transpose(1, 2));
    }
    int rows = z.dim(0);
    int C = z.dim(1);
    Tensor x = o.floats("x", rows, C);
    Tensor y = o.zeros(rows, C);
    if (z.operation() == Operation.SOFTMAX_FORWARD) {
      return o.task(() -> torch.softmax_out(y, x, -1), () -> y);
    }
    long[] shape = {C};
    Tensor mean = o.zeros(rows, 1);
    Tensor rstd = o.zeros(rows, 1);
    TensorOptional gamma = new TensorOptional(o.floats("gamma", C));
    TensorOptional beta = new TensorOptional(o.floats("beta", C));
    return switch (z.operation()) {
      case LAYER_NORM_FORWARD ->
          o.task(
              () -> torch.native_layer_norm_out(y, mean, rstd, x, shape, gamma, beta, EPSILON),
              () -> y);
      case ADD_LAYER_NORM_FORWARD -> {
        Tensor addend = o.floats("addend", rows, C);
        Tensor sum = o.zeros(rows, C);
        yield o.task(
            () -> {
              torch.add_out(sum, x, addend);
              torch.native_layer_norm_out(y, mean, rstd, sum, shape, gamma, beta, EPSILON);
            },
            () -> y);
      }
      case LAYER_NORM_BACKWARD -> {
        torch.native_layer_norm_out(y, mean, rstd, x, shape, gamma, beta, EPSILON);
        Tensor dy = o.floats("dy", rows, C);
        BoolPointer all = TorchOperands.flags(true, true, true);
        yield o.computed(() ->
            torch.native_layer_norm_backward(dy, x, shape, mean, rstd, gamma, beta, all).get0());
      }
      case LAYER_NORM_GELU_FORWARD -> {
        Tensor addend = o.floats("addend", rows, C);
        TensorOptional none = new TensorOptional();
        Tensor normal = o.zeros(rows, C);
        yield o.task(
            () -> {
              torch.native_layer_norm_out(normal, mean, rstd, x, shape, none, none, EPSILON);
              torch.add_out(y, torch.gelu_out(y, normal), addend);
            },
            () -> y);
      }
      default -> throw new IllegalArgumentException(z + " is no norm");
    };
  }

  static Task elementwise(Case z, TorchOperands o) {
    int size = z.dim(0);
    Tensor y = o.zeros(size);
    return switch (z.operation()) {
      case GELU_FORWARD -> {
        Tensor x = o.floats("x", size);
        yield o.task(() -> torch.gelu_out(y, x), () -> y);
      }
      case GELU_BACKWARD -> {
        Tensor x = o.floats("x", size);
        Tensor dy = o.floats("dy", size);
        yield o.task(() -> torch.gelu_backward_out(y, dy, x), () -> y);
      }
      case ADD -> {
        Tensor a = o.floats("a", size);
        Tensor b = o.floats("b", size);
        yield o.task(() -> torch.add_out(y, a, b), () -> y);
      }
      default -> throw new IllegalArgumentException(z + " is another family's");
    };
  }

  /// The passes of fairseq's Adam, and the teacher's.
  static Task optimizer(Case z, TorchOperands o) {
    int size = z.dim(0);
    Tensor p = o.floats("p", size);
    Tensor m = o.floats("m", size);
    Tensor v = o.of(Inputs.positive("v", size), size);
    Tensor t = o.floats("t", size);
    Tensor g = o.floats("g", size);
    double beta1 = D2vEngine.BETA1;
    double beta2 = D2vEngine.BETA2;
    double step = D2vEngine.LEARNING_RATE * Math.sqrt(1 - beta2) / (1 - beta1);
    Scalar keeps = new Scalar(1 - D2vEngine.LEARNING_RATE * D2vEngine.WEIGHT_DECAY);
    Scalar first = new Scalar(beta1);
    Scalar second = new Scalar(beta2);
    Scalar firstNew = new Scalar(1 - beta1);
    Scalar secondNew = new Scalar(1 - beta2);
    Scalar epsilon = new Scalar(D2vEngine.ADAM_EPSILON);
    Scalar back = new Scalar(-step);
    Scalar ema = new Scalar((double) D2vEngine.EMA_STEP);
    return o.task(
        () -> {
          m.mul_(first).add_(g, firstNew);
          v.mul_(second).addcmul_(g, g, secondNew);
          Tensor denominator = v.sqrt().add_(epsilon);
          p.mul_(keeps).addcdiv_(m, denominator, back);
          t.lerp_(p, ema);
        },
        () -> p);
  }

  static Task gather(Case z, TorchOperands o) {
    int n = z.dim(0);
    int rows = z.dim(1);
    int C = z.dim(2);
    Tensor index = o.of(Inputs.indices("index", n, rows));
    if (z.operation() == Operation.GATHER_ROWS) {
      Tensor x = o.floats("x", rows, C);
      Tensor y = o.zeros(n, C);
      return o.task(() -> torch.index_select_out(y, x, 0, index), () -> y);
    }
    Tensor dy = o.floats("dy", n, C);
    Tensor dx = o.zeros(rows, C);
    return o.task(
        () -> {
          dx.zero_();
          dx.index_add_(0, index, dy);
        },
        () -> dx);
  }
}
