/// Fixed partitions of rows over the backend's own threads. Start at [RowParallel].
@NullMarked
package dev.d2v.tensor.parallel;

import org.jspecify.annotations.NullMarked;
