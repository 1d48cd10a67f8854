/// The same kernels with the Vector API. Start at [Lanes].
@NullMarked
package dev.d2v.tensor.kernel.vector;

import org.jspecify.annotations.NullMarked;
