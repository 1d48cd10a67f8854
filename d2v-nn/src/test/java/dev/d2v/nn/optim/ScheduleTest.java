package dev.d2v.nn.optim;

import static dev.d2v.nn.optim.OfficialSchedules.assertMatches;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

final class ScheduleTest {
  @Test
  void constantStaysTheSame() {
    assertEquals(0.1, new Schedule.Constant(0.1).at(12_345));
  }

  @Test
  void cosineIsTheOfficialOne() {
    assertMatches("cosine.0", Schedule.Cosine.of(1e-3, 10, 100)::at);
    assertMatches("cosine.1", new Schedule.Cosine(7.5e-4, 0, 60, 1e-7, 1e-6, -1, 1, 0.1)::at);
  }

  @Test
  void cosineRestartsWithLongerPeriodsAsTheOfficialOneDoes() {
    assertMatches("cosine.2", new Schedule.Cosine(5e-4, 5, 200, -1, 1e-5, 20, 2, 0.5)::at);
    assertMatches("cosine.2", new Schedule.Cosine(5e-4, 5, 200, Double.NaN, 1e-5, 20, 2, 0.5)::at);
  }

  @Test
  void cosineOfThePublishedRunHasItsKnownValues() {
    Schedule schedule = Schedule.Cosine.of(1e-3, 50_040, 375_300);
    assertEquals(0, schedule.at(0));
    assertEquals(1.9984e-8, schedule.at(1), 1e-12);
    assertEquals(1e-3, schedule.at(50_040), 1e-12);
    assertEquals(5.6104e-4, schedule.at(200_000), 1e-8);
  }

  @Test
  void cosineNeverStartsAboveItsHighestRate() {
    assertEquals(1e-5, new Schedule.Cosine(1e-5, 10, 100, -1, 1e-3, 0, 1, 0.1).at(0));
  }

  @Test
  void triStageIsTheOfficialOne() {
    assertMatches(
        "tri_stage.0", Schedule.TriStage.ofRatios(1e-4, 100, 0.1, 0.4, 0.5, 0.01, 0.05)::at);
    assertMatches("tri_stage.1", new Schedule.TriStage(3e-5, 8, 12, 30, 0.01, 0.01)::at);
  }

  @Test
  void polynomialIsTheOfficialOne() {
    assertMatches("polynomial_decay.0", new Schedule.Polynomial(1e-5, 6, 60, 0, 1)::at);
  }

  @Test
  void polynomialBendsWithItsPower() {
    Schedule square = new Schedule.Polynomial(1, 0, 10, 0.2, 2);
    assertEquals(0.2 + 0.8 * 0.25, square.at(5), 1e-12);
    assertEquals(0.2, square.at(10));
  }

  @Test
  void cosineWithWarmupRisesThenFallsToZero() {
    Schedule schedule = Schedule.CosineWarmup.ofFraction(2, 0.1, 100);
    assertEquals(0, schedule.at(0));
    assertEquals(1, schedule.at(5));
    assertEquals(2, schedule.at(10));
    assertEquals(1, schedule.at(55), 1e-12);
    assertEquals(0, schedule.at(100), 1e-12);
    assertEquals(0, schedule.at(1000), 1e-12);
  }

  @Test
  void runsTooShortForTheirWarmupAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> Schedule.Cosine.of(1e-3, 100, 100));
    assertThrows(IllegalArgumentException.class, () -> new Schedule.CosineWarmup(1, 10, 10));
    assertThrows(
        IllegalArgumentException.class, () -> new Schedule.TriStage(1, 1, 1, 0, 0.01, 0.01));
  }
}
