/// The commands of `d2v`. Start at [Main].
@NullMarked
package dev.d2v.cli;

import org.jspecify.annotations.NullMarked;
