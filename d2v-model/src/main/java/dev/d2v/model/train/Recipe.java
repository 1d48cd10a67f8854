package dev.d2v.model.train;

import dev.d2v.model.ConfigChecks;
import dev.d2v.model.Data2Vec2Config;

/// Everything that defines a run: what `config.yaml` holds.
///
/// @param name under which it is known
/// @param description one sentence
/// @param model the model
/// @param train how it is trained
/// @param data what is done to the samples
/// @param probe how features are pooled
public record Recipe(
    String name,
    String description,
    Data2Vec2Config model,
    TrainConfig train,
    DataConfig data,
    ProbeConfig probe) {
  /// Checks that the parts fit together.
  public Recipe {
    ConfigChecks.that(
        data.mean().size() == model.image().channels(),
        "data.mean has %d numbers, the model has %d channels"
            .formatted(data.mean().size(), model.image().channels()));
    ConfigChecks.that(
        probe.layers() <= model.depth(),
        "probe.layers (%d) cannot exceed model.depth (%d)"
            .formatted(probe.layers(), model.depth()));
    ConfigChecks.that(
        probe.pooling() == ProbeConfig.Pooling.MEAN || model.modality().extraTokens() > 0,
        "probe.pooling " + probe.pooling() + " needs an extra token");
  }

  /// This recipe with another name.
  public Recipe named(String other) {
    return new Recipe(other, description, model, train, data, probe);
  }
}
