/// Models on disk and the names of published ones. Start at [Weights] for files of any origin, at
/// [Checkpoint] for a run's own.
@NullMarked
package dev.d2v.model.checkpoint;

import org.jspecify.annotations.NullMarked;
