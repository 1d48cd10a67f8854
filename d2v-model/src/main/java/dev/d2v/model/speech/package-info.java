/// Speech: from a waveform to frames. Start at [SpeechLocalEncoder].
@NullMarked
package dev.d2v.model.speech;

import org.jspecify.annotations.NullMarked;
