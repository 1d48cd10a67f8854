/// Kernels and whole networks measured side by side with other libraries: in turns, each in a
/// process of its own, on the same numbers. Start at [Comparison].
///
/// [Case] says what is computed, an [Engine] computes it, a [Worker] serves an engine over lines of
/// text, and a `Report` shows the rows.
@NullMarked
package dev.d2v.benchmarks.compare;

import org.jspecify.annotations.NullMarked;
