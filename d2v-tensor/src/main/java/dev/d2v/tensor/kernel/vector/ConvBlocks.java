package dev.d2v.tensor.kernel.vector;

/// A convolution's target grid cut into blocks that a thread works on at once: some whole samples,
/// or some rows of one, or a stretch of one row.
record ConvBlocks(Blocks samples, Blocks rows, Blocks columns) {
  /// A block: ranges of samples, rows and columns of the target grid. Each thread has one and moves
  /// it from block to block, so that their number costs no memory.
  static final class Block {
    private int sample;
    private int samples;
    private int row;
    private int rows;
    private int column;
    private int columns;

    int sample() {
      return sample;
    }

    int samples() {
      return samples;
    }

    int row() {
      return row;
    }

    int rows() {
      return rows;
    }

    int column() {
      return column;
    }

    int columns() {
      return columns;
    }

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

  /// Places of the first block, which no other exceeds.
  int mostPlaces() {
    return samples.length(0) * rows.length(0) * columns.length(0);
  }

  /// Moves a thread's block to number `index`.
  Block block(int index, Block block) {
    int c = index % columns.count();
    int r = index / columns.count() % rows.count();
    int s = index / columns.count() / rows.count();
    block.sample = samples.from(s);
    block.samples = samples.length(s);
    block.row = rows.from(r);
    block.rows = rows.length(r);
    block.column = columns.from(c);
    block.columns = columns.length(c);
    return block;
  }
}
