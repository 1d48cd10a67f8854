/// data2vec 1.0 as published with Hugging Face names: images, speech and text, inference only.
/// Start at [Data2Vec1].
@NullMarked
package dev.d2v.model.v1;

import org.jspecify.annotations.NullMarked;
