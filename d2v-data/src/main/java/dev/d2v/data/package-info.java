/// Image data sets, decoding, resizing, augmentation and batches, as plain arrays. Start at
/// [Datasets], then [ImageLoader].
@NullMarked
package dev.d2v.data;

import org.jspecify.annotations.NullMarked;
