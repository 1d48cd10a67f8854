package dev.d2v.model.speech;

/// One convolution of the feature extractor.
///
/// @param channels channels out
/// @param kernel K, samples or frames that an output sees
/// @param stride step between outputs
public record ConvLayer(int channels, int kernel, int stride) {
  /// Checks that all are positive.
  public ConvLayer {
    if (channels < 1 || kernel < 1 || stride < 1) {
      throw new IllegalArgumentException(
          "feature extractor: channels, kernel and stride must be positive, got (%d, %d, %d)"
              .formatted(channels, kernel, stride));
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
