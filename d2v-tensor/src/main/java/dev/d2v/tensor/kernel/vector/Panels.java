package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.WIDTH;

/// How the columns of a matrix are cut into panels as wide as a tile, the last one padded.
///
/// @param columns columns in all
record Panels(int columns) {
  /// Number of panels.
  int count() {
    return Math.ceilDiv(columns, WIDTH);
  }

  /// First column of a panel.
  int start(int panel) {
    return panel * WIDTH;
  }

  /// Columns of a panel that are there.
  int width(int panel) {
    return Math.min(columns - start(panel), WIDTH);
  }

  /// Columns with padding.
  int padded() {
    return count() * WIDTH;
  }
}
