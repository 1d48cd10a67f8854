package dev.d2v.tensor.kernel.vector;

import dev.d2v.tensor.parallel.Parts;
import dev.d2v.tensor.parallel.RowParallel;
import dev.d2v.tensor.parallel.Scratch;

/// Runs the passes of a row kernel over blocks of some rows. A block is so small that it stays in
/// the first-level cache from pass to pass, and that its passes are over before what the hardware
/// fetches ahead of the first of them would have to wait: so memory and arithmetic overlap.
///
/// Passes are objects called in a loop, not statements in one body: inlined into one another they
/// would exceed what a compiler takes into one method, and it would allocate vectors.
final class NormPasses {
  /// Rows that a loop takes at a time; blocks and parts are multiples of it.
  static final int GROUP = 4;

  /// Where in a thread's working memory a block has numbers, one for each of its rows: two of its
  /// statistics, then two of its dot products.
  static final long MEANS = 0;

  static final long RSTDS = 4L * NormPasses.MOST;
  static final long FIRST = 8L * NormPasses.MOST;
  static final long SECOND = 12L * NormPasses.MOST;

  /// Where it has a vector for each of its rows, whose lanes are still to be added.
  static final long LANES = 16L * NormPasses.MOST;

  static final long MORE_LANES = LANES + Floats.BYTES * NormPasses.MOST;

  /// Where it has room for its rows, each in whole vectors.
  static final long BLOCK = MORE_LANES + Floats.BYTES * NormPasses.MOST;

  /// Elements of a block.
  private static final int ELEMENTS = 1024;

  /// Most rows of a block.
  private static final int MOST = 32;

  private NormPasses() {}

  /// One pass over a block.
  @FunctionalInterface
  interface Pass {
    /// Over n rows from row `row` on, with working memory at address `work`.
    void run(long row, int n, long work);
  }

  /// All rows, in parts.
  static void run(RowParallel parallel, Scratch scratch, int rows, int C, Pass... passes) {
    Parts parts = parts(rows, C);
    parallel.run(parts.count(), (part, thread) -> runPart(parts, part, scratch, thread, C, passes));
  }

  /// Parts of whole blocks.
  static Parts parts(int rows, int C) {
    long each = block(C);
    return Parts.of(rows, Math.ceilDiv(Math.max(1, Parts.GRAIN / C), each) * each);
  }

  /// Rows of a block.
  private static int block(int C) {
    return Math.clamp(ELEMENTS / C / GROUP, 1, MOST / GROUP) * GROUP;
  }

  /// The rows of one part.
  static void runPart(Parts parts, int part, Scratch scratch, int thread, int C, Pass... passes) {
    int each = block(C);
    long room = each * (4L * C + Floats.BYTES);
    long work = scratch.segment(thread, 1, BLOCK + room).address();
    for (long row = parts.from(part); row < parts.to(part); row += each) {
      int n = (int) Math.min(each, parts.to(part) - row);
      for (Pass pass : passes) {
        pass.run(row, n, work);
      }
    }
  }
}
