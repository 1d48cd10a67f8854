/// Recipes, the update and what a run keeps. Start at [Pretrainer].
@NullMarked
package dev.d2v.model.train;

import org.jspecify.annotations.NullMarked;
