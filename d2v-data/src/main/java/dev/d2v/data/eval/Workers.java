package dev.d2v.data.eval;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// Threads for one fit. Work is cut into parts by its size, never by the number of threads, and
/// each part writes to its own place, so results do not depend on that number.
final class Workers implements AutoCloseable {
  private final int threads;
  private final @Nullable ExecutorService pool;

  Workers(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("expected at least 1 thread, got " + threads);
    }
    this.threads = threads;
    ThreadFactory daemons = Thread.ofPlatform().daemon().name("d2v-eval-", 0).factory();
    this.pool = threads == 1 ? null : Executors.newFixedThreadPool(threads - 1, daemons);
  }

  /// Runs `body` once for every part in [0, parts), the caller taking its share.
  void run(int parts, IntConsumer body) {
    AtomicInteger next = new AtomicInteger();
    Runnable loop =
        () -> {
          for (int part = next.getAndIncrement(); part < parts; part = next.getAndIncrement()) {
            body.accept(part);
          }
        };
    List<Future<?>> others = new ArrayList<>();
    if (pool != null) {
      for (int i = 1; i < Math.min(threads, parts); i++) {
        others.add(pool.submit(loop));
      }
    }
    loop.run();
    for (Future<?> other : others) {
      await(other);
    }
  }

  private static void await(Future<?> future) {
    try {
      future.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("evaluation failed on a worker thread", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while evaluating", e);
    }
  }

  @Override
  public void close() {
    if (pool != null) {
      pool.shutdown();
    }
  }
}
