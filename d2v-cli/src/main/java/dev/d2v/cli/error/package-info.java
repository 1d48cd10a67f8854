/// What goes wrong, in one sentence. Start at [Failures].
@NullMarked
package dev.d2v.cli.error;

import org.jspecify.annotations.NullMarked;
