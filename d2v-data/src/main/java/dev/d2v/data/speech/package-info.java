/// Speech: files of several formats to 16 kHz mono. Start at [AudioDecoder], then [Resampler].
@NullMarked
package dev.d2v.data.speech;

import org.jspecify.annotations.NullMarked;
