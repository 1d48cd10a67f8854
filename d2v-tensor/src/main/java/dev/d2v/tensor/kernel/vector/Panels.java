package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.V;
import static dev.d2v.tensor.kernel.vector.GemmTile.VECTORS;

/// How the columns of a matrix are cut into panels as wide as a tile, the last one padded.
///
/// @param columns columns in all
/// @param vectors vectors across a panel
record Panels(int columns, int vectors) {
  /// The panels of so many columns: those of the tall tile when they fit into one vector.
  static Panels of(int columns) {
    return new Panels(columns, GemmTile.TALL && columns <= V ? 1 : VECTORS);
  }

  /// Columns of a panel with padding.
  int each() {
    return vectors * V;
  }

  /// Number of panels.
  int count() {
    return Math.ceilDiv(columns, each());
  }

  /// First column of a panel.
  int start(int panel) {
    return panel * each();
  }

  /// Columns of a panel that are there.
  int width(int panel) {
    return Math.min(columns - start(panel), each());
  }

  /// Columns with padding.
  int padded() {
    return count() * each();
  }

  /// Rows of the tile.
  int rows() {
    return GemmTile.rows(vectors);
  }
}
