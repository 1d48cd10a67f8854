package dev.d2v.tensor.parallel;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// `threads - 1` daemon threads of its own plus the caller. A kernel takes tens of microseconds and
/// the next one follows at once, so idle workers first spin, then yield, then park; an idle pool
/// costs nothing. A run allocates nothing and queues nothing: parts are handed out by one atomic
/// counter, in ascending order, to whoever asks next.
///
/// Which thread runs a part differs from run to run; by the contract of [RowParallel] results must
/// not depend on it. What a body wrote is visible to the caller when [#run] returns, and what the
/// caller wrote before is visible to the bodies.
public final class SpinningPool implements RowParallel {
  private static final int SPINS_BETWEEN_CLOCK_READS = 32;
  private static final long SPIN_NANOS = 20_000;
  private static final long YIELD_NANOS = 150_000;

  private static final int IDLE = 0;
  private static final int RUNNING = 1;
  private static final int CLOSED = 2;

  private static final Body NONE = (part, thread) -> {};

  private final Worker[] workers;
  private final AtomicInteger state = new AtomicInteger(IDLE);

  /// Parts not handed out yet; zero or less when there are none. Writing it publishes the run, so
  /// `body` and `parts` need no barrier of their own: whoever gets a part from it keeps the run
  /// from ending, and with it both fields from changing, until that part is accounted for in
  /// `unfinished`.
  private final AtomicInteger remaining = new AtomicInteger();

  private final AtomicInteger unfinished = new AtomicInteger();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private Body body = NONE;
  private int parts;
  private volatile @Nullable Thread waitingCaller;

  /// A pool of so many threads, the caller's included; 1 runs everything in the caller.
  public SpinningPool(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("a pool needs at least 1 thread, got " + threads);
    }
    workers = new Worker[threads - 1];
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new Worker(i + 1);
    }
    for (Worker worker : workers) {
      worker.thread.start();
    }
  }

  @Override
  public int threads() {
    return workers.length + 1;
  }

  @Override
  public void run(int parts, Body body) {
    if (parts < 0) {
      throw new IllegalArgumentException("the number of parts must not be negative, got " + parts);
    }
    enter();
    try {
      if (parts <= 1 || workers.length == 0) {
        for (int part = 0; part < parts; part++) {
          body.run(part, 0);
        }
      } else {
        share(parts, body);
      }
    } finally {
      state.set(IDLE);
    }
  }

  private void enter() {
    if (!state.compareAndSet(IDLE, RUNNING)) {
      throw new IllegalStateException(
          state.get() == CLOSED
              ? "run: this pool is closed; open a new one"
              : "run: this pool is already running a body; a body must not call run of its own pool,"
                  + " and two threads must not share one");
    }
  }

  private void share(int parts, Body body) {
    this.body = body;
    this.parts = parts;
    unfinished.set(parts);
    remaining.set(parts);
    int wanted = Math.min(workers.length, parts - 1);
    for (int i = 0; i < wanted; i++) {
      if (workers[i].parked) {
        LockSupport.unpark(workers[i].thread);
      }
    }
    work(0);
    awaitWorkers();
    this.body = NONE;
    Throwable first = failure.get();
    if (first != null) {
      failure.set(null);
      rethrow(first);
    }
  }

  /// Runs parts until none is left. After a failure the rest are only counted.
  private void work(int thread) {
    int done = 0;
    while (remaining.get() > 0) {
      int left = remaining.getAndDecrement();
      if (left <= 0) {
        break;
      }
      done++;
      if (failure.get() == null) {
        runOne(parts - left, thread);
      }
    }
    if (done > 0 && unfinished.addAndGet(-done) == 0 && thread != 0) {
      LockSupport.unpark(waitingCaller);
    }
  }

  // Whatever a body throws is the caller's to see: it is recorded here and rethrown by share.
  private void runOne(int part, int thread) {
    try {
      body.run(part, thread);
    } catch (Throwable t) {
      if (!failure.compareAndSet(null, t)) {
        Throwable first = failure.get();
        if (first != null && !first.equals(t)) {
          first.addSuppressed(t);
        }
      }
    }
  }

  private static void rethrow(Throwable first) {
    switch (first) {
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException("a body threw a checked exception", first);
    }
  }

  private void awaitWorkers() {
    if (unfinished.get() == 0 || spinUntilFinished()) {
      return;
    }
    boolean interrupted = false;
    waitingCaller = Thread.currentThread();
    while (unfinished.get() > 0) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted();
    }
    waitingCaller = null;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean spinUntilFinished() {
    long start = System.nanoTime();
    while (true) {
      for (int i = 0; i < SPINS_BETWEEN_CLOCK_READS; i++) {
        if (unfinished.get() == 0) {
          return true;
        }
        Thread.onSpinWait();
      }
      if (pause(start)) {
        return false;
      }
    }
  }

  /// True when the time for spinning is over. Yields in its later part, so that threads beyond the
  /// free cores get their turn.
  // Yielding is not relied upon: it only shortens the wait on a machine with too few free cores.
  @SuppressWarnings("ThreadPriorityCheck")
  private static boolean pause(long start) {
    long elapsed = System.nanoTime() - start;
    if (elapsed > SPIN_NANOS) {
      Thread.yield();
    }
    return elapsed > YIELD_NANOS;
  }

  /// Ends and joins the threads. Does nothing the second time; refused within a body.
  @Override
  public void close() {
    if (!state.compareAndSet(IDLE, CLOSED)) {
      if (state.get() == CLOSED) {
        return;
      }
      throw new IllegalStateException(
          "close: this pool is running a body; close it when run has returned");
    }
    for (Worker worker : workers) {
      LockSupport.unpark(worker.thread);
    }
    boolean interrupted = false;
    for (Worker worker : workers) {
      interrupted |= join(worker.thread);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean join(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        return interrupted;
      } catch (InterruptedException e) {
        // Remembered and set again by close: the threads must be gone when it returns.
        interrupted = true;
      }
    }
  }

  /// One thread of the pool.
  private final class Worker implements Runnable {
    private final int index;
    private final Thread thread;
    private volatile boolean parked;

    Worker(int index) {
      this.index = index;
      this.thread =
          Thread.ofPlatform()
              .name("d2v-worker-" + index)
              .daemon()
              .inheritInheritableThreadLocals(false)
              .unstarted(this);
    }

    @Override
    public void run() {
      while (state.get() != CLOSED) {
        if (spinUntilWork()) {
          work(index);
        } else {
          park();
        }
      }
    }

    private boolean spinUntilWork() {
      long start = System.nanoTime();
      while (state.get() != CLOSED) {
        for (int i = 0; i < SPINS_BETWEEN_CLOCK_READS; i++) {
          if (remaining.get() > 0) {
            return true;
          }
          Thread.onSpinWait();
        }
        if (pause(start)) {
          return false;
        }
      }
      return false;
    }

    // The flag is raised before the last look at `remaining`, and a run publishes `remaining`
    // before it looks at the flag: one of the two sees the other, so no wake-up is lost.
    private void park() {
      parked = true;
      while (remaining.get() <= 0 && state.get() != CLOSED) {
        LockSupport.park(SpinningPool.this);
        // An interrupt left behind by a body would turn parking into spinning.
        Thread.interrupted();
      }
      parked = false;
    }
  }
}
