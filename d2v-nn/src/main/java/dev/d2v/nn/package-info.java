/// What a layer is: forward, backward, parameters. Start at [Layer], then [Pass].
@NullMarked
package dev.d2v.nn;

import org.jspecify.annotations.NullMarked;
