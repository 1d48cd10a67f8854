package dev.d2v.tensor.kernel.vector;

/// A convolution's target grid cut into blocks that a thread works on at once: some whole samples,
/// or some rows of one, or a stretch of one row.
record ConvBlocks(Blocks samples, Blocks rows, Blocks columns) {
  /// A block: ranges of samples, rows and columns of the target grid.
  record Block(int sample, int samples, int row, int rows, int column, int columns) {
    int places() {
      return samples * rows * columns;
    }
  }

  /// Blocks of at most about `most` places.
  static ConvBlocks of(ConvView v, int most) {
    int columns = v.columns().count();
    return new ConvBlocks(
        Blocks.of(v.batch(), Math.max(1, most / v.places()), 1),
        Blocks.of(v.rows().count(), Math.max(1, most / columns), 1),
        Blocks.of(columns, most, columns <= most ? 1 : ConvTile.PLACES));
  }

  int count() {
    return samples.count() * rows.count() * columns.count();
  }

  Block block(int index) {
    int c = index % columns.count();
    int r = index / columns.count() % rows.count();
    int s = index / columns.count() / rows.count();
    return new Block(
        samples.from(s),
        samples.length(s),
        rows.from(r),
        rows.length(r),
        columns.from(c),
        columns.length(c));
  }
}
