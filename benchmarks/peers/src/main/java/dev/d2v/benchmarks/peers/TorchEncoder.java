package dev.d2v.benchmarks.peers;

import static dev.d2v.benchmarks.peers.TorchScope.kept;

import dev.d2v.model.Data2Vec2Config;
import dev.d2v.model.image.ImageConfig;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/// The image encoder of data2vec 2.0 in libtorch's operators, as the official code writes it:
/// patches, positions, extra tokens, norm, prenet, shared blocks, norms behind the sums. Only
/// attention is libtorch's fused operator, which is faster than the official code's three.
///
/// @param config of the model
/// @param weights by their published names
record TorchEncoder(Data2Vec2Config config, Map<String, Tensor> weights) {
  /// Where the encoder's own weights are.
  static final String IMAGE = "modality_encoders.IMAGE.";

  private static final long[] NONE = {0, 0};
  private static final long[] ONE = {1, 1};

  private ImageConfig image() {
    return config.requireImage();
  }

  /// Tokens (B,T,C) of pixels (B,channels,H,W), positions added.
  Tensor tokens(Tensor pixels) {
    long[] stride = {image().patchSize(), image().patchSize()};
    return kept(() ->
        torch
            .convolution(
                pixels,
                weight(IMAGE + "local_encoder.proj.weight"),
                optional(IMAGE + "local_encoder.proj.bias"),
                stride,
                NONE,
                ONE,
                false,
                NONE,
                1)
            .flatten(2, 3)
            .transpose(1, 2)
            .add(weight(IMAGE + "fixed_positional_encoder.positions")));
  }

  /// What the shared blocks begin with (R,E+V,C), of tokens (R,V,C).
  Tensor context(Tensor tokens) {
    return kept(() -> {
      Tensor x = tokens;
      if (image().extraTokens() > 0) {
        Tensor extra =
            weight(IMAGE + "extra_tokens")
                .expand(tokens.size(0), image().extraTokens(), config.embedDim());
        x = torch.cat(new TensorVector(extra, x), 1);
      }
      x = norm(x, IMAGE + "context_encoder.norm");
      for (int i = 0; i < image().prenet().depth(); i++) {
        x = block(x, IMAGE + "context_encoder.blocks." + i + ".", null);
      }
      return x;
    });
  }

  /// The shared blocks' output (R,E+V,C).
  ///
  /// @param targets where the MLP's output of each block is added, or null
  Tensor blocks(Tensor x, @Nullable List<Tensor> targets) {
    Tensor y = x;
    for (int i = 0; i < config.depth(); i++) {
      y = block(y, "blocks." + i + ".", targets);
    }
    return y;
  }

  private Tensor block(Tensor x, String at, @Nullable List<Tensor> targets) {
    Tensor r = kept(() -> norm(x.add(attention(x, at)), at + "norm1"));
    Tensor t = kept(() -> linear(torch.gelu(linear(r, at + "mlp.fc1")), at + "mlp.fc2"));
    if (targets != null) {
      targets.add(t);
    }
    Tensor y = kept(() -> norm(r.add(t), at + "norm2"));
    r.close();
    if (targets == null) {
      t.close();
    }
    return y;
  }

  private Tensor attention(Tensor x, String at) {
    return kept(() -> {
      long R = x.size(0);
      long T = x.size(1);
      long C = config.embedDim();
      long H = config.heads();
      Tensor qkv = linear(x, at + "attn.qkv").view(R, T, 3, H, C / H).permute(2, 0, 3, 1, 4);
      Tensor mixed =
          torch.scaled_dot_product_attention(qkv.select(0, 0), qkv.select(0, 1), qkv.select(0, 2));
      return linear(mixed.transpose(1, 2).reshape(R, T, C), at + "attn.proj");
    });
  }

  Tensor linear(Tensor x, String name) {
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

  Tensor weight(String name) {
    return Objects.requireNonNull(weights.get(name), name);
  }

  TensorOptional optional(String name) {
    Tensor there = weights.get(name);
    return there == null ? new TensorOptional() : new TensorOptional(there);
  }
}
