/// Losses over tensors. Start at [RegressionLoss].
@NullMarked
package dev.d2v.nn.loss;

import org.jspecify.annotations.NullMarked;
