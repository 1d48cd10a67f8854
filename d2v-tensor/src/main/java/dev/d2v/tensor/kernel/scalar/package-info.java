/// Clear loops, the reference that people read and may select. Start at [ScalarNorm].
@NullMarked
package dev.d2v.tensor.kernel.scalar;

import org.jspecify.annotations.NullMarked;
