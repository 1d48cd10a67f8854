package dev.d2v.data.speech;

import java.util.OptionalLong;

/// A file whose header has been read.
sealed interface AudioFile permits WavFile, FlacFile, VorbisFile, Mp3File {
  /// Samples a second.
  int sampleRateHz();

  /// Samples of each channel, or nothing when only decoding tells.
  OptionalLong samples();

  /// The average of all channels.
  ///
  /// @throws UnreadableAudio when the file is damaged or holds another number of samples than said
  float[] decode() throws UnreadableAudio;
}
