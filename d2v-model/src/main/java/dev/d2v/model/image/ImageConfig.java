package dev.d2v.model.image;

import dev.d2v.model.AlibiConfig;
import dev.d2v.model.ConfigChecks;
import dev.d2v.model.DecoderConfig;
import dev.d2v.model.MaskConfig;
import dev.d2v.model.ModalityConfig;
import dev.d2v.model.PrenetConfig;
import org.jspecify.annotations.Nullable;

/// An image encoder: square images cut into square patches.
///
/// @param imageSize side of the image in pixels
/// @param channels 1 (grey) or 3
/// @param patchSize P, side of a patch in pixels
/// @param positions fixed or learned
/// @param extraTokens E; the last one is the CLS token of the CLS loss
/// @param extraTokensZero whether the first extra token starts at zero rather than N(0,1)
/// @param emaLocalEncoder whether the teacher has a patch embedding of its own
/// @param localGradMult factor on the gradient that reaches the patch embedding; 0 freezes it
/// @param alibi attention biases, or null for none
/// @param prenet the context encoder
/// @param mask the masks
/// @param decoder the decoder
public record ImageConfig(
    int imageSize,
    int channels,
    int patchSize,
    Positions positions,
    int extraTokens,
    boolean extraTokensZero,
    boolean emaLocalEncoder,
    double localGradMult,
    @Nullable AlibiConfig alibi,
    PrenetConfig prenet,
    MaskConfig mask,
    DecoderConfig decoder)
    implements ModalityConfig {
  /// 2,048 pixels in patches of 16.
  private static final int WIDEST_GRID = 128;

  /// Position tables.
  public enum Positions {
    /// Fixed 2-D sines and cosines.
    SIN_COS,
    /// A table that is trained.
    LEARNED,
    /// None: ALiBi or nothing.
    NONE
  }

  /// Checks the geometry.
  public ImageConfig {
    ConfigChecks.positive("imageSize", imageSize);
    ConfigChecks.positive("channels", channels);
    ConfigChecks.positive("patchSize", patchSize);
    ConfigChecks.notNegative("extraTokens", extraTokens);
    ConfigChecks.ratio("localGradMult", localGradMult);
    ConfigChecks.that(
        imageSize % patchSize == 0,
        "imageSize (" + imageSize + ") must be a multiple of patchSize (" + patchSize + ")");
    ConfigChecks.that(
        imageSize / patchSize <= WIDEST_GRID,
        "imageSize (%d) must hold at most %d x %d patches of patchSize (%d)"
            .formatted(imageSize, WIDEST_GRID, WIDEST_GRID, patchSize));
  }

  /// Side of the patch grid.
  public int grid() {
    return imageSize / patchSize;
  }

  /// T, patches of an image.
  public int tokens() {
    return grid() * grid();
  }

  /// Pixels of a patch, those of all channels.
  public int patchPixels() {
    return channels * patchSize * patchSize;
  }

  @Override
  public int tokens(int length) {
    return tokens();
  }

  @Override
  public int maskAxes() {
    return 2;
  }

  @Override
  public boolean zeroMasked() {
    return true;
  }

  @Override
  public String key() {
    return "IMAGE";
  }

  @Override
  public String section() {
    return "image";
  }
}
