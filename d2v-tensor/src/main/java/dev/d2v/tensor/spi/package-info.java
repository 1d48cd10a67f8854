/// What a backend is: a vocabulary of kernels, memory, and the crossings between host and device.
/// Start at [Backend].
@NullMarked
package dev.d2v.tensor.spi;

import org.jspecify.annotations.NullMarked;
