/// Text: from token ids to tokens. Start at [TextLocalEncoder].
@NullMarked
package dev.d2v.model.text;

import org.jspecify.annotations.NullMarked;
