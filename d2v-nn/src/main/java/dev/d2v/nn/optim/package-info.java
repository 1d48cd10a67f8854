/// The update: schedules, clipping, AdamW, EMA. Start at [AdamW].
@NullMarked
package dev.d2v.nn.optim;

import org.jspecify.annotations.NullMarked;
