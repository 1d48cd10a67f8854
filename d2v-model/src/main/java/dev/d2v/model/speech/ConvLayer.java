package dev.d2v.model.speech;

/// One convolution of the feature extractor.
///
/// @param channels channels out, at most 65,536
/// @param kernel K, samples or frames that an output sees, at most 4,096
/// @param stride step between outputs, at most 1,024
public record ConvLayer(int channels, int kernel, int stride) {
  private static final int MOST_CHANNELS = 1 << 16;
  private static final int LONGEST_KERNEL = 1 << 12;
  private static final int LONGEST_STRIDE = 1 << 10;

  /// Checks the ranges.
  public ConvLayer {
    boolean positive = channels >= 1 && kernel >= 1 && stride >= 1;
    if (!positive
        || channels > MOST_CHANNELS
        || kernel > LONGEST_KERNEL
        || stride > LONGEST_STRIDE) {
      throw new IllegalArgumentException(
          "feature extractor: channels, kernel and stride must be positive and at most %,d, %,d and %,d, got (%d, %d, %d)"
              .formatted(MOST_CHANNELS, LONGEST_KERNEL, LONGEST_STRIDE, channels, kernel, stride));
    }
  }

  /// Outputs for `length` inputs, `(length-K)/stride + 1` rounded down; 0 when it is too short.
  public int outputs(int length) {
    return length < kernel ? 0 : (length - kernel) / stride + 1;
  }

  /// As `(512, 10, 5)`.
  @Override
  public String toString() {
    return "(%d, %d, %d)".formatted(channels, kernel, stride);
  }
}
