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
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/// The features of the image encoder, with fused attention.
final class TorchNetwork {
  private TorchNetwork() {}

  /// A task, where the network is one of images with norms behind the sums.
  static Optional<Task> task(Network network, Path folder) throws IOException {
    Data2Vec2Config config = network.recipe().model();
    ImageConfig image = config.image();
    if (image == null || config.norm() != NormPlacement.POST || image.alibi() != null) {
      return Optional.empty();
    }
    TorchOperands o = new TorchOperands();
    Map<String, Tensor> weights = new HashMap<>();
    try (Safetensors file = Safetensors.open(network.weights(folder))) {
      for (String name : file.names()) {
        long[] shape = new long[file.entry(name).shape().rank()];
        for (int i = 0; i < shape.length; i++) {
          shape[i] = file.entry(name).shape().dim(i);
        }
        weights.put(name, o.of(file.floats(name), shape));
      }
    }
    TorchEncoder encoder = new TorchEncoder(config, weights);
    Tensor pixels =
        o.of(
            ((Batch.Images) network.batch()).pixels(),
            network.batch().samples(),
            image.channels(),
            image.imageSize(),
            image.imageSize());
    return Optional.of(
        o.computed(() -> encoder.blocks(encoder.context(encoder.tokens(pixels)), null)));
  }
}
