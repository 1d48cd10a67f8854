/// The vocabulary: one interface a family, each method with its equation and shapes. Start at
/// [Kernels].
@NullMarked
package dev.d2v.tensor.kernel;

import org.jspecify.annotations.NullMarked;
