package dev.d2v.model.v1;

import dev.d2v.model.ConfigChecks;
import dev.d2v.model.speech.ConvSpec;

/// A wav2vec-like encoder of speech.
///
/// @param layers sizes of the transformer layers
/// @param extractor the convolutions that make frames
/// @param convBias whether these have a bias
/// @param convAct behind each of them, and behind each position layer
/// @param positionLayers convolutions that make positions
/// @param positionKernel frames that each sees
/// @param positionGroups groups of each
/// @param head what makes the logits
/// @param labels width of the logits
/// @param projection width between the linear layers of [Head#AUDIO_CLASSES]
/// @param weightedLayers whether a head reads a weighted sum of all layers rather than the last
public record AudioConfig(
    LayerConfig layers,
    ConvSpec extractor,
    boolean convBias,
    Nonlinearity convAct,
    int positionLayers,
    int positionKernel,
    int positionGroups,
    Head head,
    int labels,
    int projection,
    boolean weightedLayers)
    implements Data2Vec1Config {
  /// Checks the number of position layers.
  public AudioConfig {
    ConfigChecks.notNegative("num_conv_pos_embeddings", positionLayers);
    ConfigChecks.layers("num_conv_pos_embeddings", positionLayers);
  }

  @Override
  public String key() {
    return "AUDIO";
  }
}
