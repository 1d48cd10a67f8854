/// What a run writes and shows while it goes on. Start at [PretrainJob].
@NullMarked
package dev.d2v.cli.run;

import org.jspecify.annotations.NullMarked;
