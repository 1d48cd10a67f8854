package dev.d2v.nn.optim;

import static dev.d2v.nn.optim.OfficialSchedules.assertMatches;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

final class EmaScheduleTest {
  @Test
  void linearIsTheOfficialOne() {
    assertMatches("ema_decay.0", new EmaSchedule.Linear(0.999, 0.9999, 40)::at);
    assertMatches("ema_decay.1", new EmaSchedule.Linear(0.9998, 0.99999, 100_000)::at);
    assertMatches("ema_decay.2", new EmaSchedule.Linear(0.9, 0.9, 10)::at);
  }

  @Test
  void linearOfThePublishedRunsHasItsKnownValues() {
    EmaSchedule audio = new EmaSchedule.Linear(0.999, 0.99999, 75_000);
    assertEquals(0.9990000132, audio.at(1), 1e-10);
    assertEquals(0.999495, audio.at(37_500), 1e-10);
    assertEquals(0.99999, audio.at(75_000));
  }

  @Test
  void cosineGoesFromStartToEnd() {
    EmaSchedule schedule = new EmaSchedule.Cosine(0.9, 1, 100);
    assertEquals(0.9, schedule.at(0), 1e-12);
    assertEquals(0.95, schedule.at(50), 1e-12);
    assertEquals(1, schedule.at(100));
    assertEquals(1, schedule.at(1000));
  }

  @Test
  void cosineWithWarmupWaitsForTheLearningRate() {
    EmaSchedule schedule = new EmaSchedule.CosineWarmup(0.9, 1, 20, 100);
    assertEquals(0.9, schedule.at(0));
    assertEquals(0.9, schedule.at(19));
    assertEquals(0.9, schedule.at(20), 1e-12);
    assertEquals(0.95, schedule.at(60), 1e-12);
    assertEquals(1, schedule.at(100));
  }

  @Test
  void impossibleSchedulesAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new EmaSchedule.Linear(-1, 0.9, 10));
    assertThrows(
        IllegalArgumentException.class, () -> new EmaSchedule.CosineWarmup(0.9, 1, 101, 100));
  }
}
