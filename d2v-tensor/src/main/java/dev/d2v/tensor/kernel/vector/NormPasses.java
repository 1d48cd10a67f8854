package dev.d2v.tensor.kernel.vector;

import dev.d2v.tensor.parallel.Parts;
import dev.d2v.tensor.parallel.RowParallel;
import dev.d2v.tensor.parallel.Scratch;
import java.lang.foreign.MemorySegment;

/// Runs the passes of a row kernel over blocks of rows that fit into the first-level cache.
///
/// Passes are objects called in a loop, not statements in one body: inlined into one another they
/// would exceed what a compiler takes into one method, and it would allocate vectors.
final class NormPasses {
  /// Elements of a block: half of a first-level cache.
  private static final int BLOCK = 4096;

  private NormPasses() {}

  /// One pass over a block.
  @FunctionalInterface
  interface Pass {
    /// Over n rows from row `row` on. From pass to pass, `first` and `second` hold a number for
    /// each of them, and `block` holds their elements.
    void run(long row, int n, MemorySegment first, MemorySegment second, MemorySegment block);
  }

  /// All rows, in parts.
  static void run(RowParallel parallel, Scratch scratch, int rows, int C, Pass... passes) {
    Parts parts = Parts.rows(rows, C);
    parallel.run(parts.count(), (part, thread) -> runPart(parts, part, scratch, thread, C, passes));
  }

  /// The rows of one part.
  static void runPart(Parts parts, int part, Scratch scratch, int thread, int C, Pass... passes) {
    int each = Math.max(1, BLOCK / C);
    MemorySegment first = scratch.segment(thread, 1, 4L * each);
    MemorySegment second = scratch.segment(thread, 2, 4L * each);
    MemorySegment block = scratch.segment(thread, 3, 4L * each * C);
    for (long row = parts.from(part); row < parts.to(part); row += each) {
      int n = (int) Math.min(each, parts.to(part) - row);
      for (Pass pass : passes) {
        pass.run(row, n, first, second, block);
      }
    }
  }
}
