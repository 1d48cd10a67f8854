package dev.d2v.data.speech;

/// Recordings of equal length ready for the network. The arrays belong to whoever made the batch
/// and are used again for a later one: copy what must be kept beyond the next call.
///
/// @param samples (count, length) normalised samples at 16 kHz; the array may be longer
/// @param count recordings in this batch
/// @param length samples of each
/// @param items number of each recording in the data set; may be longer
public record SpeechBatch(float[] samples, int count, int length, int[] items) {}
