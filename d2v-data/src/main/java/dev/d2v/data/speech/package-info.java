/// Speech: files of several formats to 16 kHz mono, data sets, and batches of equal length, as
/// plain arrays. Start at [SpeechDatasets], then [SpeechBatches] and [SpeechLoader]; [AudioDecoder]
/// reads a single file.
@NullMarked
package dev.d2v.data.speech;

import org.jspecify.annotations.NullMarked;
