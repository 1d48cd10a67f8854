package dev.d2v.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class StopSignalTest {
  @Test
  @DisplayName("a shutdown raises the flag and waits until the loop has closed the signal")
  void waits() throws InterruptedException {
    List<String> said = new CopyOnWriteArrayList<>();
    CountDownLatch asked = new CountDownLatch(1);
    StopSignal stop =
        StopSignal.install(
            Duration.ofMinutes(1),
            line -> {
              said.add(line);
              asked.countDown();
            });
    assertFalse(stop.requested());
    Thread shutdown = Thread.ofPlatform().start(stop::stopAndWait);
    asked.await();
    assertTrue(stop.requested());
    assertTrue(shutdown.isAlive());
    stop.close();
    shutdown.join();
    assertEquals(List.of("stopping after this update; a checkpoint is written first"), said);
  }

  @Test
  @DisplayName("patience ends: the shutdown goes on and says what is still good")
  void patience() {
    List<String> said = new CopyOnWriteArrayList<>();
    try (StopSignal stop = StopSignal.install(Duration.ofMillis(1), said::add)) {
      stop.stopAndWait();
      assertEquals("gave up waiting after 0 s; the last checkpoint is still good", said.getLast());
    }
  }

  @Test
  @DisplayName("a manual signal is raised by request only")
  void manual() {
    try (StopSignal stop = StopSignal.manual()) {
      assertFalse(stop.requested());
      stop.request();
      assertTrue(stop.requested());
    }
  }
}
