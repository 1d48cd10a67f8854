/// Vectors of images, recordings and texts out of trained models. Start at [Embedder].
@NullMarked
package dev.d2v.embed;

import org.jspecify.annotations.NullMarked;
