/// Other libraries, each computing d2v's cases in a process of its own. Start at [BlasEngine].
///
/// A class here has a `main` that serves one library; the number of threads is its argument.
@NullMarked
package dev.d2v.benchmarks.peers;

import org.jspecify.annotations.NullMarked;
