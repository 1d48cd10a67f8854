package dev.d2v.tensor.parallel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A pool that loses a wake-up hangs, so every test has a time limit far above what it takes.
@Timeout(60)
class SpinningPoolTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 9})
  void everyPartRunsExactlyOnce(int threads) {
    Random random = new Random(threads);
    try (SpinningPool pool = new SpinningPool(threads)) {
      for (int round = 0; round < 3000; round++) {
        int parts = random.nextInt(40);
        AtomicIntegerArray counts = new AtomicIntegerArray(parts + 1);
        pool.run(
            parts,
            (part, thread) -> {
              assertTrue(thread >= 0 && thread < threads);
              counts.incrementAndGet(part);
            });
        for (int part = 0; part < parts; part++) {
          assertEquals(1, counts.get(part), "part " + part + " of " + parts);
        }
      }
    }
  }

  @Test
  void noTwoRunningPartsShareAThreadNumber() {
    try (SpinningPool pool = new SpinningPool(4)) {
      AtomicIntegerArray busy = new AtomicIntegerArray(4);
      for (int round = 0; round < 500; round++) {
        pool.run(
            64,
            (part, thread) -> {
              assertEquals(1, busy.incrementAndGet(thread));
              Thread.onSpinWait();
              busy.decrementAndGet(thread);
            });
      }
    }
  }

  @Test
  void plainWritesOfBodiesAreVisibleToTheCallerAndToTheNextRun() {
    int n = 257;
    long[] values = new long[n];
    long[] next = new long[n];
    try (SpinningPool pool = new SpinningPool(3)) {
      for (int round = 1; round <= 2000; round++) {
        long r = round;
        pool.run(n, (part, thread) -> values[part] += r);
        pool.run(n, (part, thread) -> next[part] = values[n - 1 - part]);
        long expected = (long) round * (round + 1) / 2;
        assertTrue(Arrays.stream(next).allMatch(v -> v == expected), "round " + round);
      }
    }
  }

  @Test
  void workersWakeUpAfterTheyWereParked() throws InterruptedException {
    try (SpinningPool pool = new SpinningPool(3)) {
      for (int round = 0; round < 50; round++) {
        Thread.sleep(1);
        CountDownLatch everyoneIsHere = new CountDownLatch(3);
        pool.run(
            3,
            (part, thread) -> {
              everyoneIsHere.countDown();
              await(everyoneIsHere);
            });
        assertEquals(0, everyoneIsHere.getCount());
      }
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void theFirstExceptionReachesTheCallerAndThePoolStaysUsable(int threads) {
    try (SpinningPool pool = new SpinningPool(threads)) {
      for (int round = 0; round < 500; round++) {
        int bad = round % 20;
        var thrown =
            assertThrows(
                ArithmeticException.class,
                () ->
                    pool.run(
                        20,
                        (part, thread) -> {
                          if (part == bad) {
                            throw new ArithmeticException("part " + part);
                          }
                        }));
        assertEquals("part " + bad, thrown.getMessage());
        AtomicInteger count = new AtomicInteger();
        pool.run(20, (part, thread) -> count.incrementAndGet());
        assertEquals(20, count.get());
      }
    }
  }

  @Test
  void furtherExceptionsAreSuppressedOnes() {
    try (SpinningPool pool = new SpinningPool(2)) {
      CountDownLatch both = new CountDownLatch(2);
      Error thrown =
          assertThrows(
              StackOverflowError.class,
              () ->
                  pool.run(
                      2,
                      (part, thread) -> {
                        both.countDown();
                        await(both);
                        throw new StackOverflowError("part " + part);
                      }));
      assertEquals(1, thrown.getSuppressed().length);
    }
  }

  @Test
  void oneExceptionThrownByAllPartsIsNotSuppressedInItself() {
    RuntimeException same = new IllegalArgumentException("same");
    try (SpinningPool pool = new SpinningPool(2)) {
      CountDownLatch both = new CountDownLatch(2);
      var thrown =
          assertThrows(
              IllegalArgumentException.class,
              () ->
                  pool.run(
                      2,
                      (part, thread) -> {
                        both.countDown();
                        await(both);
                        throw same;
                      }));
      assertSame(same, thrown);
      assertEquals(0, thrown.getSuppressed().length);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void aRunWithinABodyIsRefused(int threads) {
    try (SpinningPool pool = new SpinningPool(threads)) {
      for (int parts : new int[] {1, 2, 10}) {
        var thrown =
            assertThrows(
                IllegalStateException.class,
                () -> pool.run(parts, (part, thread) -> pool.run(2, (p, t) -> {})));
        assertTrue(thrown.toString().contains("must not call run"), thrown.toString());
      }
      AtomicInteger count = new AtomicInteger();
      pool.run(10, (part, thread) -> count.incrementAndGet());
      assertEquals(10, count.get());
    }
  }

  @Test
  void closingWithinABodyIsRefused() {
    SpinningPool pool = new SpinningPool(2);
    assertThrows(IllegalStateException.class, () -> pool.run(2, (part, thread) -> pool.close()));
    pool.run(2, (part, thread) -> {});
    pool.close();
  }

  @Test
  void closeEndsTheThreadsTwiceDoesNothingAndRunFailsAfterwards() {
    Set<Thread> seen = ConcurrentHashMap.newKeySet();
    SpinningPool pool = new SpinningPool(3);
    CountDownLatch everyone = new CountDownLatch(3);
    pool.run(
        3,
        (part, thread) -> {
          seen.add(Thread.currentThread());
          everyone.countDown();
          await(everyone);
        });
    assertTrue(seen.remove(Thread.currentThread()));
    assertArrayEquals(
        new String[] {"d2v-worker-1", "d2v-worker-2"},
        seen.stream().map(Thread::getName).sorted().toArray());
    assertTrue(seen.stream().allMatch(Thread::isDaemon));
    pool.close();
    pool.close();
    assertFalse(seen.stream().anyMatch(Thread::isAlive));
    var thrown = assertThrows(IllegalStateException.class, () -> pool.run(0, (p, t) -> {}));
    assertTrue(thrown.toString().contains("closed"), thrown.toString());
  }

  @Test
  void anInterruptedCallerStillWaitsAndStaysInterrupted() {
    try (SpinningPool pool = new SpinningPool(3)) {
      Thread.currentThread().interrupt();
      AtomicInteger count = new AtomicInteger();
      for (int round = 0; round < 200; round++) {
        pool.run(9, (part, thread) -> count.incrementAndGet());
      }
      assertEquals(1800, count.get());
    } finally {
      assertTrue(Thread.interrupted());
    }
  }

  @Test
  void noThreadsOrPartsBelowTheirMinimum() {
    assertThrows(IllegalArgumentException.class, () -> new SpinningPool(0));
    try (SpinningPool pool = new SpinningPool(2)) {
      assertThrows(IllegalArgumentException.class, () -> pool.run(-1, (part, thread) -> {}));
    }
  }
}
