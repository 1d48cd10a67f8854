package dev.d2v.benchmarks.peers;

import dev.d2v.benchmarks.compare.Network;
import dev.d2v.benchmarks.compare.Task;
import dev.d2v.model.Batch;
import dev.d2v.model.Data2Vec2Config;
import dev.d2v.model.NormPlacement;
import dev.d2v.model.image.ImageConfig;
import dev.d2v.tensor.io.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/// The image encoder of data2vec 2.0 in libtorch's operators, as the official code writes it, with
/// fused attention.
final class TorchNetwork {
  private final Data2Vec2Config config;
  private final Map<String, Tensor> weights = new HashMap<>();
  private final Tensor pixels;
  private final int samples;
  private final ImageConfig image;

  private TorchNetwork(Network network, Path folder, TorchOperands o) throws IOException {
    config = network.recipe().model();
    image = Objects.requireNonNull(config.image());
    try (Safetensors file = Safetensors.open(network.weights(folder))) {
      for (String name : file.names()) {
        long[] shape = new long[file.entry(name).shape().rank()];
        for (int i = 0; i < shape.length; i++) {
          shape[i] = file.entry(name).shape().dim(i);
        }
        weights.put(name, o.of(file.floats(name), shape));
      }
    }
    samples = network.batch().samples();
    pixels =
        o.of(
            ((Batch.Images) network.batch()).pixels(),
            samples,
            image.channels(),
            image.imageSize(),
            image.imageSize());
  }

  /// A task, where the network is one of images with norms behind the sums.
  static Optional<Task> task(Network network, Path folder) throws IOException {
    Data2Vec2Config config = network.recipe().model();
    ImageConfig image = config.image();
    if (image == null || config.norm() != NormPlacement.POST || image.alibi() != null) {
      return Optional.empty();
    }
    TorchOperands o = new TorchOperands();
    TorchNetwork made = new TorchNetwork(network, folder, o);
    return Optional.of(o.computed(made::features));
  }

  private Tensor features() {
    long C = config.embedDim();
    String at = "modality_encoders.IMAGE.";
    long[] stride = {image.patchSize(), image.patchSize()};
    Tensor x =
        torch
            .convolution(
                pixels,
                weight(at + "local_encoder.proj.weight"),
                optional(at + "local_encoder.proj.bias"),
                stride,
                new long[] {0, 0},
                new long[] {1, 1},
                false,
                new long[] {0, 0},
                1)
            .flatten(2, 3)
            .transpose(1, 2)
            .add(weight(at + "fixed_positional_encoder.positions"));
    if (image.extraTokens() > 0) {
      Tensor extra = weight(at + "extra_tokens").expand(samples, image.extraTokens(), C);
      x = torch.cat(new TensorVector(extra, x), 1);
    }
    x = norm(x, at + "context_encoder.norm");
    for (int i = 0; i < image.prenet().depth(); i++) {
      x = block(x, at + "context_encoder.blocks." + i + ".");
    }
    for (int i = 0; i < config.depth(); i++) {
      x = block(x, "blocks." + i + ".");
    }
    return x;
  }

  private Tensor block(Tensor x, String at) {
    long T = x.size(1);
    long C = config.embedDim();
    long H = config.heads();
    Tensor qkv = linear(x, at + "attn.qkv").view(samples, T, 3, H, C / H).permute(2, 0, 3, 1, 4);
    Tensor mixed =
        torch
            .scaled_dot_product_attention(qkv.select(0, 0), qkv.select(0, 1), qkv.select(0, 2))
            .transpose(1, 2)
            .reshape(samples, T, C);
    Tensor r = norm(x.add(linear(mixed, at + "attn.proj")), at + "norm1");
    Tensor inner = torch.gelu(linear(r, at + "mlp.fc1"));
    return norm(r.add(linear(inner, at + "mlp.fc2")), at + "norm2");
  }

  private Tensor linear(Tensor x, String name) {
    return torch.linear(x, weight(name + ".weight"), optional(name + ".bias"));
  }

  private Tensor norm(Tensor x, String name) {
    return torch.layer_norm(
        x,
        new long[] {config.embedDim()},
        optional(name + ".weight"),
        optional(name + ".bias"),
        config.normEps(),
        true);
  }

  private Tensor weight(String name) {
    return Objects.requireNonNull(weights.get(name), name);
  }

  private TensorOptional optional(String name) {
    Tensor there = weights.get(name);
    return there == null ? new TensorOptional() : new TensorOptional(there);
  }
}
