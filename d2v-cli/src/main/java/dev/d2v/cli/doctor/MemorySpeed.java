package dev.d2v.cli.doctor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// How fast memory is read and written: every thread copies a block that no cache holds.
final class MemorySpeed {
  private static final long BYTES = 128L << 20;
  private static final int ROUNDS = 5;

  private MemorySpeed() {}

  /// Gigabytes per second, read and written counted both, best of some rounds.
  static double gigabytesPerSecond(int threads) throws InterruptedException {
    try (Arena arena = Arena.ofShared();
        ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<MemorySegment> blocks = new ArrayList<>();
      for (int i = 0; i < 2 * threads; i++) {
        blocks.add(arena.allocate(BYTES, 64).fill((byte) i));
      }
      long best = Long.MAX_VALUE;
      for (int round = 0; round < ROUNDS; round++) {
        best = Math.min(best, copyAll(pool, blocks));
      }
      return 2.0 * BYTES * threads / best;
    }
  }

  private static long copyAll(ExecutorService pool, List<MemorySegment> blocks)
      throws InterruptedException {
    long start = System.nanoTime();
    List<Future<?>> copies = new ArrayList<>();
    for (int i = 0; i < blocks.size(); i += 2) {
      MemorySegment source = blocks.get(i);
      MemorySegment target = blocks.get(i + 1);
      copies.add(pool.submit(() -> target.copyFrom(source)));
    }
    for (Future<?> copy : copies) {
      try {
        copy.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException("copying memory failed", e);
      }
    }
    return System.nanoTime() - start;
  }
}
