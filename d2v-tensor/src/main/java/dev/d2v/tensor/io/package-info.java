/// Tensor files. Start at [TensorFile].
@NullMarked
package dev.d2v.tensor.io;

import org.jspecify.annotations.NullMarked;
