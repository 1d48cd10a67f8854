/// Measures training steps on this machine. Start at [StepBench].
@NullMarked
package dev.d2v.cli.bench;

import org.jspecify.annotations.NullMarked;
