package dev.d2v.export;

import dev.d2v.embed.Pooling;
import dev.d2v.export.onnx.Ops;
import dev.d2v.export.onnx.Value;
import java.util.List;

/// Tokens to one vector, as an [dev.d2v.embed.Embedder] does it.
final class VectorLayers {
  private static final float SMALLEST = 1e-30f;

  private VectorLayers() {}

  /// The vector (B,C) that the options ask for.
  ///
  /// @throws IllegalArgumentException when the model has no such layer or token
  static Value of(Ops ops, Encoded encoded, ExportOptions options) {
    int depth = encoded.layers().size();
    for (int layer : options.layers()) {
      if (layer < 1 || layer > depth) {
        throw new IllegalArgumentException(
            "the model has layers 1 to %d, the options ask for %d".formatted(depth, layer));
      }
    }
    if (options.pooling() == Pooling.FIRST && encoded.first() < 0) {
      throw new IllegalArgumentException(
          "pooling FIRST needs a token that stands for the whole sample, which this model lacks: use MEAN");
    }
    List<Value> chosen =
        options.layers().isEmpty()
            ? List.of(encoded.output())
            : options.layers().stream()
                .distinct()
                .map(layer -> encoded.layers().get(layer - 1))
                .toList();
    Value sum = pooled(ops, chosen.getFirst(), encoded, options);
    for (Value x : chosen.subList(1, chosen.size())) {
      sum = ops.add(sum, pooled(ops, x, encoded, options));
    }
    Value mean = chosen.size() == 1 ? sum : ops.mul(sum, ops.real(1f / chosen.size()));
    return options.normalized() ? normalized(ops, mean) : mean;
  }

  private static Value pooled(Ops ops, Value x, Encoded encoded, ExportOptions options) {
    return options.pooling() == Pooling.MEAN ? mean(ops, x, encoded) : first(ops, x, encoded);
  }

  private static Value first(Ops ops, Value x, Encoded encoded) {
    return ops.gather(x, ops.graph().whole(encoded.first()), 1);
  }

  /// The mean over tokens that are neither extra nor padding.
  private static Value mean(Ops ops, Value x, Encoded encoded) {
    Value tokens = behind(ops, x, encoded.extra());
    if (encoded.padding() == null) {
      return ops.mean(tokens, 1);
    }
    Value padding = behind(ops, encoded.padding(), encoded.extra());
    Value counts = ops.where(padding, ops.real(0), ops.real(1));
    Value sum = ops.sum(ops.mul(tokens, ops.unsqueeze(counts, 2)), 1, false);
    return ops.div(sum, ops.max(ops.sum(counts, 1, true), ops.real(1)));
  }

  private static Value behind(Ops ops, Value x, int extra) {
    return extra == 0
        ? x
        : ops.slice(x, 1, ops.graph().wholes(extra), ops.graph().wholes(Long.MAX_VALUE));
  }

  private static Value normalized(Ops ops, Value x) {
    Value square = ops.sum(ops.mul(x, x), -1, true);
    return ops.div(x, ops.max(ops.apply("Sqrt", square), ops.real(SMALLEST)));
  }
}
