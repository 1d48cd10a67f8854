package dev.d2v.data.speech;

/// How long a file is, without its sound.
///
/// @param samples samples of each channel
/// @param sampleRateHz samples a second
public record Extent(long samples, int sampleRateHz) {
  /// Samples after [Resampler] has brought them to another rate, `ceil(samples * to / from)`.
  public long at(int otherRateHz) {
    return Math.ceilDiv(samples * otherRateHz, (long) sampleRateHz);
  }
}
