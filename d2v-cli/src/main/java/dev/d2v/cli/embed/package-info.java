/// Vectors of files from the command line. Start at [EmbedCommand].
@NullMarked
package dev.d2v.cli.embed;

import org.jspecify.annotations.NullMarked;
