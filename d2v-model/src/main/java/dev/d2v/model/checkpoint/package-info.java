/// Models on disk and the names of published ones. Start at [Checkpoint].
@NullMarked
package dev.d2v.model.checkpoint;

import org.jspecify.annotations.NullMarked;
