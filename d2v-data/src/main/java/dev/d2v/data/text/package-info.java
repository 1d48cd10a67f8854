/// Text for pre-training and probes: byte-level vocabularies, files of text, tokens on disk,
/// batches, as plain arrays. Start at [TextTokenizer], then [TokenStore] and [TextLoader].
@NullMarked
package dev.d2v.data.text;

import org.jspecify.annotations.NullMarked;
