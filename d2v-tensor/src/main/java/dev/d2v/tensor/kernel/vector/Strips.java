package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.DISTANCE;
import static dev.d2v.tensor.kernel.vector.GemmTile.ROWS;
import static dev.d2v.tensor.kernel.vector.GemmTile.SLAB;

import dev.d2v.tensor.kernel.AttentionChecks;

/// Where strips lie in an array: a strip is as many rows as a tile, in the order of
/// [GemmTile#rows]. With rows far apart, strips lie side by side between them.
///
/// @param length elements of a row, at most [#LONGEST]
record Strips(int length) {
  /// The longest row.
  static final int LONGEST = AttentionChecks.CHANNELS;

  /// Where a strip begins.
  int at(int strip) {
    int each = each();
    return strip / each * band() + strip % each * along(Blocks.roundUp(length, 16));
  }

  /// Floats of so many strips.
  long size(int count) {
    return (long) Math.ceilDiv(count, each()) * band();
  }

  /// Where element p of a row is, from the first on.
  static int along(int p) {
    return p / 16 * SLAB + p % 16;
  }

  /// Strips side by side.
  private int each() {
    return SLAB == 16 ? DISTANCE / Blocks.roundUp(length, 16) : 1;
  }

  /// Floats of strips that are side by side.
  private int band() {
    return SLAB == 16 ? ROWS * DISTANCE : along(Blocks.roundUp(length, 16));
  }
}
