/// Tensors as views and the two owners of memory. Start at [Tensor], then [Workspace].
@NullMarked
package dev.d2v.tensor;

import org.jspecify.annotations.NullMarked;
