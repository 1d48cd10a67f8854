package dev.d2v.model.v1;

/// A BEiT-like encoder of images.
///
/// @param layers sizes of the transformer layers
/// @param channels of an image
/// @param height of an image, a multiple of patch
/// @param width of an image, a multiple of patch
/// @param patch P, side of a patch
/// @param maskToken whether the file has a mask token, which inference does not use
/// @param absolutePositions whether a learned table is added to the tokens
/// @param sharedBias whether all layers share a relative position bias
/// @param layerBias whether each layer has one of its own
/// @param layerScale whether the branches have factors, `lambda_1` and `lambda_2`
/// @param meanPooling whether the pooler is the norm of the mean patch, and the encoder's output is
///   not normed; otherwise the output is normed and the pooler is its CLS token
/// @param head what makes the logits
/// @param labels width of the logits
public record VisionConfig(
    LayerConfig layers,
    int channels,
    int height,
    int width,
    int patch,
    boolean maskToken,
    boolean absolutePositions,
    boolean sharedBias,
    boolean layerBias,
    boolean layerScale,
    boolean meanPooling,
    Head head,
    int labels)
    implements Data2Vec1Config {
  /// A table of relative positions is spread over all pairs of them.
  private static final int MOST_PATCHES = 1 << 12;

  /// Checks the sizes.
  public VisionConfig {
    if (channels < 1 || patch < 1 || height < patch || width < patch) {
      throw new IllegalArgumentException(
          "num_channels (%d) and patch_size (%d) must be positive and image_size (%d x %d) hold a patch"
              .formatted(channels, patch, height, width));
    }
    if (height % patch != 0 || width % patch != 0) {
      throw new IllegalArgumentException(
          "image_size (%d x %d) must be a multiple of patch_size (%d)"
              .formatted(height, width, patch));
    }
    long patches = (long) (height / patch) * (width / patch);
    if (patches > MOST_PATCHES) {
      throw new IllegalArgumentException(
          "image_size (%d x %d) must hold at most %,d patches of patch_size (%d), not %,d"
              .formatted(height, width, MOST_PATCHES, patch, patches));
    }
  }

  @Override
  public String key() {
    return "IMAGE";
  }

  /// Rows of patches.
  public int rows() {
    return height / patch;
  }

  /// Columns of patches.
  public int columns() {
    return width / patch;
  }

  /// CLS and patches.
  public int tokens() {
    return 1 + rows() * columns();
  }

  /// Rows of a table of relative positions: a row for each step between two patches, and three for
  /// CLS.
  public int distances() {
    return (2 * rows() - 1) * (2 * columns() - 1) + 3;
  }
}
