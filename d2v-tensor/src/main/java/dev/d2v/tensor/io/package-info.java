/// Tensor files. Start at [Safetensors].
@NullMarked
package dev.d2v.tensor.io;

import org.jspecify.annotations.NullMarked;
