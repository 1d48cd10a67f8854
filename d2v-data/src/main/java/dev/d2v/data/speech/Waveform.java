package dev.d2v.data.speech;

/// Sound of one channel.
///
/// @param samples one number a sample, full scale is 1; the array belongs to the receiver
/// @param sampleRateHz samples a second
public record Waveform(float[] samples, int sampleRateHz) {}
