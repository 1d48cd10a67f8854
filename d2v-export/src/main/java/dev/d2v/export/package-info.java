/// Trained models for other runtimes: which architecture becomes which graph. Start at
/// [OnnxExport].
@NullMarked
package dev.d2v.export;

import org.jspecify.annotations.NullMarked;
