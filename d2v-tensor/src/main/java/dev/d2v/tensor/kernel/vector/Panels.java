package dev.d2v.tensor.kernel.vector;

/// How the columns of a matrix are cut into panels as wide as a tile, the last one padded.
///
/// @param columns columns in all
/// @param wide columns of a panel with padding
record Panels(int columns, int wide) {
  /// Number of panels.
  int count() {
    return Math.ceilDiv(columns, wide);
  }

  /// First column of a panel.
  int start(int panel) {
    return panel * wide;
  }

  /// Columns of a panel that are there.
  int width(int panel) {
    return Math.min(columns - start(panel), wide);
  }

  /// Columns with padding.
  int padded() {
    return count() * wide;
  }
}
