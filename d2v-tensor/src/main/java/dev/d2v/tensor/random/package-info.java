/// Counter-based random numbers. Start at [Philox].
@NullMarked
package dev.d2v.tensor.random;

import org.jspecify.annotations.NullMarked;
