package dev.d2v.benchmarks.peers;

import dev.d2v.benchmarks.compare.Case;
import dev.d2v.benchmarks.compare.Operation;
import dev.d2v.benchmarks.compare.Task;
import dev.d2v.tensor.kernel.ConvShape;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/// libtorch's convolutions, in its own layout (channels before places), which the official code
/// uses too.
final class TorchConv {
  private static final long[] ONE = {1, 1};
  private static final long[] NONE = {0, 0};

  private TorchConv() {}

  static Task task(Case z, TorchOperands o) {
    ConvShape s = z.conv();
    long[] stride = {s.strideHeight(), s.strideWidth()};
    long[] padding = {s.padTop(), s.padLeft()};
    Tensor w =
        o.floats(
            "w", s.outChannels(), s.inChannels() / s.groups(), s.kernelHeight(), s.kernelWidth());
    if (z.operation() == Operation.CONV_FORWARD) {
      Tensor x = input(o, s);
      TensorOptional bias = new TensorOptional(o.floats("bias", s.outChannels()));
      return o.computed(() ->
          torch
              .convolution(x, w, bias, stride, padding, ONE, false, NONE, s.groups())
              .permute(0, 2, 3, 1));
    }
    boolean toInput = z.operation() == Operation.CONV_BACKWARD_INPUT;
    Tensor x = input(o, s);
    Tensor dy =
        o.floats("dy", s.batch(), s.outHeight(), s.outWidth(), s.outChannels())
            .permute(0, 3, 1, 2)
            .contiguous();
    long[] biasShape = {s.outChannels()};
    BoolPointer wanted = TorchOperands.flags(toInput, !toInput, !toInput);
    return o.computed(() -> {
      var gradients =
          torch.convolution_backward(
              dy, x, w, biasShape, stride, padding, ONE, false, NONE, s.groups(), wanted);
      return toInput ? gradients.get0().permute(0, 2, 3, 1) : gradients.get1();
    });
  }

  private static Tensor input(TorchOperands o, ConvShape s) {
    return o.floats("x", s.batch(), s.height(), s.width(), s.inChannels())
        .permute(0, 3, 1, 2)
        .contiguous();
  }
}
