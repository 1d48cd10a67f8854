/// One layer a file: equation, shapes, forward, backward, parameters. Start at [Linear].
@NullMarked
package dev.d2v.nn.layer;

import org.jspecify.annotations.NullMarked;
