package dev.d2v.data.common;

import dev.d2v.data.DataException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Fills batches ahead of their use, row by row, on threads of its own. What a row holds is up to
/// the [Source] alone, so results do not depend on the number of threads. With no threads, the
/// caller does the work when asked.
public final class Prefetcher implements AutoCloseable {
  /// Says what batches hold; called by several threads.
  public interface Source {
    /// Rows of batch `batch`; 0 beyond the end.
    int rows(long batch);

    /// Fills one row.
    void fill(Slot slot, int row);
  }

  /// One batch and the state of its making, guarded by the prefetcher's lock but for the arrays, of
  /// which each row is written by one thread.
  public static final class Slot {
    private final float[] values;
    private final int[] tokens;
    private final int[] indices;
    private final int[] labels;
    private long batch;
    private int rows;
    private int next;
    private int done;
    private @Nullable Throwable failure;

    private Slot(int maxRows, int floats, int tokens) {
      this.values = new float[floats];
      this.tokens = new int[tokens];
      this.indices = new int[maxRows];
      this.labels = new int[maxRows];
    }

    /// What the rows hold, in the source's order.
    public float[] values() {
      return values;
    }

    /// What rows of whole numbers hold, in the source's order.
    public int[] tokens() {
      return tokens;
    }

    /// A number for each row, such as that of its item in the data set.
    public int[] indices() {
      return indices;
    }

    /// Another number for each row, such as its class.
    public int[] labels() {
      return labels;
    }

    /// The number of the batch.
    public long batch() {
      return batch;
    }

    /// Rows of the batch.
    public int rows() {
      return rows;
    }

    private void begin(long number, int count) {
      batch = number;
      rows = count;
      next = 0;
      done = 0;
      failure = null;
    }
  }

  private final Source source;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Condition progress = lock.newCondition();
  private final Deque<Slot> free = new ArrayDeque<>();
  private final Deque<Slot> pending = new ArrayDeque<>();
  private final List<Thread> threads = new ArrayList<>();
  private @Nullable Slot lent;
  private long nextBatch;
  private int busy;
  private boolean closed;

  /// @param threads workers; 0 lets the caller work
  /// @param ahead batches made ahead when there are workers
  /// @param maxRows the most rows that a batch has
  /// @param floats the most numbers that a batch has
  public Prefetcher(Source source, int threads, int ahead, int maxRows, int floats) {
    this(source, threads, ahead, maxRows, floats, 0);
  }

  /// @param tokens the most whole numbers that a batch has
  public Prefetcher(Source source, int threads, int ahead, int maxRows, int floats, int tokens) {
    this.source = source;
    int slots = threads == 0 ? 1 : ahead + 1;
    for (int i = 0; i < slots; i++) {
      free.add(new Slot(maxRows, floats, tokens));
    }
    for (int i = 0; i < threads; i++) {
      this.threads.add(
          Thread.ofPlatform().daemon().name("d2v-data-" + i).start(this::workUntilClosed));
    }
  }

  /// Batch `batch`, until the next call; nothing beyond the end. Consecutive numbers are quick; a
  /// jump begins anew.
  public @Nullable Slot take(long batch) {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("the loader is closed");
      }
      if (lent != null) {
        free.add(lent);
        lent = null;
      }
      if (pending.isEmpty() || pending.getFirst().batch != batch) {
        restartAt(batch);
      }
      planAhead();
      Slot first = pending.peekFirst();
      if (first == null) {
        return null;
      }
      while (first.done < first.rows && first.failure == null) {
        if (threads.isEmpty()) {
          fillRow(first, first.next++);
        } else {
          progress.await();
        }
      }
      if (first.failure != null) {
        throw rethrown(first.failure);
      }
      pending.removeFirst();
      lent = first;
      return first;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DataException("Interrupted while waiting for data.", e);
    } finally {
      lock.unlock();
    }
  }

  private void restartAt(long batch) throws InterruptedException {
    for (Slot slot : pending) {
      slot.next = slot.rows;
    }
    while (busy > 0) {
      progress.await();
    }
    free.addAll(pending);
    pending.clear();
    nextBatch = batch;
  }

  private void planAhead() {
    while (!free.isEmpty()) {
      int rows = source.rows(nextBatch);
      if (rows == 0) {
        return;
      }
      Slot slot = free.removeFirst();
      slot.begin(nextBatch++, rows);
      pending.addLast(slot);
      work.signalAll();
    }
  }

  private void workUntilClosed() {
    lock.lock();
    try {
      while (!closed) {
        Slot slot = unfinished();
        if (slot == null) {
          work.awaitUninterruptibly();
        } else {
          fillRow(slot, slot.next++);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Slot unfinished() {
    for (Slot slot : pending) {
      if (slot.next < slot.rows && slot.failure == null) {
        return slot;
      }
    }
    return null;
  }

  /// Fills a row with the lock let go.
  private void fillRow(Slot slot, int row) {
    busy++;
    lock.unlock();
    Throwable failure = null;
    try {
      source.fill(slot, row);
    } catch (RuntimeException | Error e) {
      failure = e;
    } finally {
      lock.lock();
      busy--;
      slot.done++;
      if (failure != null && slot.failure == null) {
        slot.failure = failure;
      }
      if (slot.done == slot.rows || failure != null || busy == 0) {
        progress.signalAll();
      }
    }
  }

  /// The worker's failure as the caller's own, with the worker's as its cause.
  private static RuntimeException rethrown(Throwable failure) {
    return failure instanceof DataException
        ? new DataException(String.valueOf(failure.getMessage()), failure)
        : new IllegalStateException("a batch could not be prepared: " + failure, failure);
  }

  /// Stops the threads and waits for them.
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      work.signalAll();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
