/// Commands about files of weights. Start at [InspectCommand].
@NullMarked
package dev.d2v.cli.weights;

import org.jspecify.annotations.NullMarked;
