package dev.d2v.embed;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/// At most so many sessions, opened when they are first needed and used again. A call that finds
/// none free waits.
final class SessionPool implements AutoCloseable {
  private final String model;
  private final EmbedderOptions options;
  private final Semaphore free;
  private final Deque<Session> idle = new ArrayDeque<>();
  private final AtomicBoolean closed = new AtomicBoolean();

  SessionPool(String model, EmbedderOptions options) {
    this.model = model;
    this.options = options;
    this.free = new Semaphore(options.sessions(), true);
  }

  /// Runs with a session of its own.
  ///
  /// @throws IllegalStateException when the pool is closed, or the thread is interrupted while it
  ///   waits
  <R> R with(Function<Session, R> body) {
    checkOpen();
    try {
      free.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(
          "interrupted while waiting for one of the %d sessions of %s"
              .formatted(options.sessions(), model),
          e);
    }
    try {
      checkOpen();
      Session session = take();
      try {
        return body.apply(session);
      } finally {
        give(session);
      }
    } finally {
      free.release();
    }
  }

  private Session take() {
    synchronized (idle) {
      // The one used last: its memory is warm.
      Session session = idle.pollLast();
      if (session != null) {
        return session;
      }
    }
    return new Session(options);
  }

  private void give(Session session) {
    synchronized (idle) {
      idle.addLast(session);
    }
  }

  void checkOpen() {
    if (closed.get()) {
      throw new IllegalStateException(
          "the embedder of %s is closed: open a new one".formatted(model));
    }
  }

  /// Waits for the calls that compute, then frees all sessions. False when it was closed before.
  boolean closeOnce() {
    if (closed.getAndSet(true)) {
      return false;
    }
    free.acquireUninterruptibly(options.sessions());
    synchronized (idle) {
      idle.forEach(Session::close);
      idle.clear();
    }
    free.release(options.sessions());
    return true;
  }

  @Override
  public void close() {
    closeOnce();
  }
}
