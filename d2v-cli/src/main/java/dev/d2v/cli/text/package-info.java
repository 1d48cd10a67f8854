/// Commands about text. Start at [TokenizerCommand].
@NullMarked
package dev.d2v.cli.text;

import org.jspecify.annotations.NullMarked;
