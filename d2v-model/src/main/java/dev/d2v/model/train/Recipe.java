package dev.d2v.model.train;

import dev.d2v.model.Batch;
import dev.d2v.model.ConfigChecks;
import dev.d2v.model.Data2Vec2Config;
import dev.d2v.model.ModalityConfig;
import dev.d2v.model.image.ImageConfig;
import dev.d2v.model.speech.SpeechConfig;
import dev.d2v.model.text.TextConfig;
import java.util.ArrayList;
import java.util.List;

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
    for (ModalityConfig m : model.modalities()) {
      boolean there =
          switch (m) {
            case ImageConfig _ -> data.image() != null;
            case SpeechConfig _ -> data.speech() != null;
            case TextConfig _ -> data.text() != null;
          };
      ConfigChecks.that(there, "data has no section for the model's encoder " + m.key());
    }
    if (model.image() != null && data.image() != null) {
      ConfigChecks.that(
          data.image().mean().size() == model.image().channels(),
          "data.image.mean has %d numbers, the model has %d channels"
              .formatted(data.image().mean().size(), model.image().channels()));
    }
    if (model.text() != null && data.text() != null) {
      ConfigChecks.that(
          data.text().length() <= model.text().maxTokens(),
          "data.text.length (%d) cannot exceed model.text.maxTokens (%d)"
              .formatted(data.text().length(), model.text().maxTokens()));
    }
    ConfigChecks.that(
        train.maskGroups() <= model.masksPerSample(),
        "train.maskGroups (%d) cannot exceed model.masksPerSample (%d)"
            .formatted(train.maskGroups(), model.masksPerSample()));
    ConfigChecks.that(
        probe.layers() <= model.depth(),
        "probe.layers (%d) cannot exceed model.depth (%d)"
            .formatted(probe.layers(), model.depth()));
    ConfigChecks.that(
        probe.pooling() == ProbeConfig.Pooling.MEAN
            || model.modalities().stream().allMatch(m -> m.extraTokens() > 0),
        "probe.pooling " + probe.pooling() + " needs an extra token");
  }

  /// This recipe with another name.
  public Recipe named(String other) {
    return new Recipe(other, description, model, train, data, probe);
  }

  /// The largest micro-batch of each modality: what memory is planned for when the data is not
  /// known.
  public List<Batch.Shape> largestBatches() {
    List<Batch.Shape> shapes = new ArrayList<>();
    if (model.image() != null && data.image() != null) {
      int side = model.image().imageSize();
      int pixels = model.image().channels() * side * side;
      shapes.add(new Batch.Shape("IMAGE", data.image().share().batch(train.batch()), pixels));
    }
    if (model.speech() != null && data.speech() != null) {
      SpeechData speech = data.speech();
      int fits = speech.maxBatchSamples() / speech.maxSamples();
      int clips = Math.min(speech.share().batch(train.batch()), fits);
      shapes.add(new Batch.Shape("AUDIO", clips, speech.maxSamples()));
    }
    if (model.text() != null && data.text() != null) {
      TextData text = data.text();
      shapes.add(new Batch.Shape("TEXT", text.share().batch(train.batch()), text.length()));
    }
    return shapes;
  }
}
