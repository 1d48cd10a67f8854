/// What is particular to images: patches, positions, masks. Start at [ImageConfig].
@NullMarked
package dev.d2v.model.image;

import org.jspecify.annotations.NullMarked;
