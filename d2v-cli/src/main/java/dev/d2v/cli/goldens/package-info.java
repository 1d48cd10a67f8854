/// Compares d2v with reference numbers of the official code, case by case. Start at [GoldenRunner].
@NullMarked
package dev.d2v.cli.goldens;

import org.jspecify.annotations.NullMarked;
