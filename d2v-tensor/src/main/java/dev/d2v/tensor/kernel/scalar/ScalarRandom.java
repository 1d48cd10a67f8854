package dev.d2v.tensor.kernel.scalar;

import static dev.d2v.tensor.kernel.scalar.Elements.get;
import static dev.d2v.tensor.kernel.scalar.Elements.index;
import static dev.d2v.tensor.kernel.scalar.Elements.set;

import dev.d2v.tensor.Checks;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.RandomKernels;
import dev.d2v.tensor.kernel.StepNumbers;
import dev.d2v.tensor.parallel.Parts;
import dev.d2v.tensor.parallel.RowParallel;
import dev.d2v.tensor.random.Philox;

/// Noise, dropout and drop path, four elements a Philox block.
public final class ScalarRandom implements RandomKernels {
  private final RowParallel parallel;
  private final int[][] wordsOfThread;

  /// Over these threads.
  public ScalarRandom(RowParallel parallel) {
    this.parallel = parallel;
    this.wordsOfThread = new int[parallel.threads()][4];
  }

  @Override
  public void fillNormal(Tensor y, StepNumbers numbers, int stream, float std, long size) {
    Checks.floats("fillNormal", size, "y", y);
    forEachBlock(
        numbers,
        stream,
        size,
        1,
        (block, words) -> {
          for (long i = 4 * block; i < Math.min(size, 4 * block + 4); i++) {
            set(y, i, std * Philox.normal(words, (int) (i & 3)));
          }
        });
  }

  @Override
  public void dropout(Tensor y, Tensor x, StepNumbers numbers, int stream, float p, long size) {
    drop("dropout", y, x, numbers, stream, p, size, 1);
  }

  @Override
  public void dropPath(
      Tensor y, Tensor x, StepNumbers numbers, int stream, float p, int rows, int rowSize) {
    drop("dropPath", y, x, numbers, stream, p, rows, rowSize);
  }

  /// Keeps or drops whole rows.
  private void drop(
      String operation,
      Tensor y,
      Tensor x,
      StepNumbers numbers,
      int stream,
      float p,
      long rows,
      int rowSize) {
    Checks.floats(operation, rows * rowSize, "y x", y, x);
    Checks.that(p >= 0 && p < 1, operation, "p must be in [0,1), got " + p);
    float factor = 1 / (1 - p);
    forEachBlock(
        numbers,
        stream,
        rows,
        rowSize,
        (block, words) -> {
          for (long r = 4 * block; r < Math.min(rows, 4 * block + 4); r++) {
            boolean kept = Philox.uniform(words[(int) (r & 3)]) >= p;
            for (long i = r * rowSize; i < (r + 1) * rowSize; i++) {
              set(y, i, kept ? get(x, i) * factor : 0);
            }
          }
        });
  }

  /// Runs `body` with the four words of every Philox block that covers `count` numbers.
  private void forEachBlock(
      StepNumbers numbers, int stream, long count, long width, BlockBody body) {
    Tensor ints = numbers.ints();
    long low = index(ints, StepNumbers.SEED_LOW) & 0xffff_ffffL;
    long seed = (long) index(ints, StepNumbers.SEED_HIGH) << 32 | low;
    int update = index(ints, StepNumbers.UPDATE);
    int microBatch = index(ints, StepNumbers.MICRO_BATCH);
    Parts parts = Parts.rows(Math.ceilDiv(count, 4L), 4 * width);
    parallel.run(
        parts.count(),
        (part, thread) -> {
          int[] words = wordsOfThread[thread];
          for (long block = parts.from(part); block < parts.to(part); block++) {
            Philox.words(words, seed, (int) block, stream, update, microBatch);
            body.run(block, words);
          }
        });
  }

  /// What is done with one block's words.
  @FunctionalInterface
  private interface BlockBody {
    void run(long block, int[] words);
  }
}
