package dev.d2v.cli.weights;

import dev.d2v.config.ConfigException;
import dev.d2v.config.ConfigMapper;
import dev.d2v.embed.ModelFiles;
import dev.d2v.model.Data2Vec2Config;
import dev.d2v.model.checkpoint.Weights;
import dev.d2v.model.v1.Data2Vec1Config;
import dev.d2v.model.v1.HuggingFaceConfig;
import dev.d2v.tensor.io.FormatException;
import java.util.Optional;

/// One line about the architecture of weights, whichever form their configuration has.
final class Architecture {
  private Architecture() {}

  /// Absent where nothing says it; a configuration that cannot be used is told in the line.
  static Optional<String> of(Weights weights) {
    if (weights.config().isPresent()) {
      return weights.config().map(Architecture::line);
    }
    try {
      Optional<HuggingFaceConfig> carried = ModelFiles.carried(weights);
      if (carried.isPresent()) {
        return carried.map(Architecture::line);
      }
      return weights
          .configText()
          .filter(text -> text.form().equals("yaml"))
          .map(text -> line(ConfigMapper.parse(text.text(), "config.yaml").model()));
    } catch (ConfigException | FormatException e) {
      return Optional.of("its configuration cannot be used: " + e.getMessage());
    }
  }

  private static String line(Data2Vec2Config c) {
    return "%d channels, %d heads, %d blocks before and %d shared, %s"
        .formatted(
            c.embedDim(),
            c.heads(),
            c.modalities().stream().mapToInt(m -> m.prenet().depth()).max().orElse(0),
            c.depth(),
            String.join(", ", c.modalities().stream().map(m -> m.key()).toList()));
  }

  private static String line(HuggingFaceConfig read) {
    Data2Vec1Config c = read.config();
    return "data2vec 1.0, %d channels, %d heads, %d layers, %s, %s"
        .formatted(
            c.layers().C(), c.layers().heads(), c.layers().depth(), c.key(), read.architecture());
  }
}
