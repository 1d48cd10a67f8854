/// Planning: forward and backward on shapes only. Start at [PlanBackend].
@NullMarked
package dev.d2v.tensor.plan;

import org.jspecify.annotations.NullMarked;
