package dev.d2v.benchmarks.peers;

import static dev.d2v.benchmarks.peers.TorchScope.kept;

import dev.d2v.model.DecoderConfig;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/// The student's decoder of images in libtorch's operators: layers of `h = gelu(norm(conv(h))) [+
/// h]`, then a linear one.
///
/// @param config of the decoder
/// @param weights the student's
record TorchDecoder(DecoderConfig config, TorchEncoder weights) {
  /// Where its weights are.
  static final String PREFIX = TorchEncoder.IMAGE + "decoder.";

  /// What norms that are not affine add to a variance.
  static final double EPS = 1e-5;

  private static final long[] ONE = {1, 1};

  /// Predictions (R,T,C) from tokens on their grid (R,C,H,W), which are closed.
  Tensor predictions(Tensor tokens) {
    Tensor x = tokens;
    for (int i = 0; i < config.layers(); i++) {
      Tensor before = x;
      String name = PREFIX + "blocks." + i + ".0.";
      x =
          kept(() -> {
            Tensor y = layer(before, name);
            return config.residual() && y.size(1) == before.size(1) ? y.add(before) : y;
          });
      before.close();
    }
    Tensor last = x;
    return kept(() -> weights.linear(last.flatten(2, 3).transpose(1, 2), PREFIX + "proj"));
  }

  /// `gelu(norm(conv(x)))`, the norm over channels; an even kernel's last row and column are
  /// dropped. x (R,C,H,W)
  private Tensor layer(Tensor x, String name) {
    long padding = config.kernel() / 2;
    Tensor y =
        torch.conv2d(
            x,
            weights.weight(name + "weight"),
            weights.optional(name + "bias"),
            ONE,
            new long[] {padding, padding},
            ONE,
            config.groups());
    if (config.kernel() % 2 == 0) {
      y = y.narrow(2, 0, x.size(2)).narrow(3, 0, x.size(3));
    }
    return torch.gelu(layerNorm(y.transpose(1, 3)).transpose(1, 3));
  }

  /// The norm over the last axis, not affine.
  static Tensor layerNorm(Tensor x) {
    long[] last = {x.size(-1)};
    return torch.layer_norm(x, last, new TensorOptional(), new TensorOptional(), EPS, true);
  }
}
