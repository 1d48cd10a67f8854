/// The model, as the paper has it. Start at [Data2Vec2].
@NullMarked
package dev.d2v.model;

import org.jspecify.annotations.NullMarked;
