package dev.d2v.tensor.kernel.vector;

/// A range cut into blocks of nearly equal size, each but the last a multiple of a step.
///
/// @param size entries in all
/// @param each entries a block
/// @param count number of blocks
record Blocks(int size, int each, int count) {
  /// Blocks of at most about `most` entries.
  static Blocks of(int size, int most, int step) {
    int wanted = Math.max(1, Math.ceilDiv(size, most));
    int each = Math.max(1, Math.ceilDiv(Math.ceilDiv(size, wanted), step)) * step;
    return new Blocks(size, each, Math.max(1, Math.ceilDiv(size, each)));
  }

  /// The smallest multiple of `step` that is at least `size`.
  static int roundUp(int size, int step) {
    return Math.ceilDiv(size, step) * step;
  }

  /// First entry of a block.
  int from(int block) {
    return block * each;
  }

  /// Entries of a block.
  int length(int block) {
    return Math.min(each, size - block * each);
  }
}
