package dev.d2v.data.speech;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.data.speech.SpeechBatches.Plan;
import dev.d2v.data.speech.SpeechBatches.Settings;
import dev.d2v.data.speech.SpeechBatches.Shape;
import dev.d2v.tensor.random.RandomStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SpeechBatchesTest {
  private static int[] lengths(int n) {
    RandomStream random = new RandomStream(5, 1, 0, 0);
    int[] out = new int[n];
    Arrays.setAll(out, i -> 2_000 + random.nextInt(10_000));
    return out;
  }

  private static List<Integer> epoch(SpeechBatches batches, int epoch) {
    List<Integer> out = new ArrayList<>();
    for (int b = 0; b < batches.perEpoch(); b++) {
      for (int item : batches.plan((long) epoch * batches.perEpoch() + b).items()) {
        out.add(item);
      }
    }
    return out;
  }

  @Test
  void batchesKeepTheLimitsAndCropToTheirShortest() {
    int[] lengths = lengths(500);
    SpeechBatches batches = new SpeechBatches(lengths, new Settings(50_000, 12, 9_000, 320, 3, 10));
    for (long number = 0; number < 3L * batches.perEpoch(); number++) {
      Plan plan = batches.plan(number);
      int shortest = Integer.MAX_VALUE;
      for (int item : plan.items()) {
        shortest = Math.min(shortest, Math.min(lengths[item], 9_000));
      }
      assertEquals(shortest - shortest % 320, plan.length());
      assertTrue(plan.items().length <= 12 && plan.items().length * plan.length() <= 50_000);
      assertTrue(batches.shapes().contains(new Shape(plan.items().length, plan.length())));
    }
  }

  @Test
  void everyEpochHasEachRecordingOnceInAnotherOrder() {
    SpeechBatches batches = new SpeechBatches(lengths(500), Settings.of(60_000, 3));
    List<Integer> first = epoch(batches, 0);
    List<Integer> second = epoch(batches, 1);
    assertEquals(500, first.size());
    assertEquals(500, new TreeSet<>(first).size());
    assertEquals(new TreeSet<>(first), new TreeSet<>(second));
    assertFalse(first.equals(second));
    assertEquals(1, batches.epoch(batches.perEpoch()));
  }

  @Test
  void everyEpochHasTheSameShapes() {
    SpeechBatches batches = new SpeechBatches(lengths(300), Settings.of(40_000, 3));
    for (int epoch = 0; epoch < 3; epoch++) {
      Set<Shape> seen = new TreeSet<>();
      for (int b = 0; b < batches.perEpoch(); b++) {
        Plan plan = batches.plan((long) epoch * batches.perEpoch() + b);
        seen.add(new Shape(plan.items().length, plan.length()));
      }
      assertEquals(batches.shapes(), List.copyOf(seen));
    }
  }

  @Test
  void aCoarserQuantumMakesFewerShapesAndOtherNeighbours() {
    int[] lengths = lengths(500);
    SpeechBatches fine = new SpeechBatches(lengths, new Settings(60_000, 100, 9_000, 1, 3, 10));
    SpeechBatches coarse =
        new SpeechBatches(lengths, new Settings(60_000, 100, 9_000, 2_000, 3, 10));
    assertTrue(coarse.shapes().size() < 12 && fine.shapes().size() > 30);
    Set<List<Integer>> together = new TreeSet<>((a, b) -> a.toString().compareTo(b.toString()));
    for (long number = 0; number < 2L * coarse.perEpoch(); number++) {
      int[] items = coarse.plan(number).items();
      Arrays.sort(items);
      together.add(Arrays.stream(items).boxed().toList());
    }
    assertEquals(2 * coarse.perEpoch(), together.size(), "no batch is the same in two epochs");
  }

  @Test
  void aBatchDependsOnSeedAndNumberAlone() {
    int[] lengths = lengths(200);
    SpeechBatches straight = new SpeechBatches(lengths, Settings.of(40_000, 3));
    List<int[]> all = new ArrayList<>();
    for (long number = 0; number < 100; number++) {
      all.add(straight.plan(number).items());
    }
    SpeechBatches resumed = new SpeechBatches(lengths, Settings.of(40_000, 3));
    for (int number : new int[] {99, 37, 98, 0, 64}) {
      assertArrayEquals(all.get(number), resumed.plan(number).items());
    }
    SpeechBatches other = new SpeechBatches(lengths, Settings.of(40_000, 4));
    assertFalse(Arrays.equals(all.getFirst(), other.plan(0).items()));
  }

  @Test
  void fewRecordingsAreOneBatchAndLongOnesAreCropped() {
    SpeechBatches two = new SpeechBatches(new int[] {1_000, 900}, Settings.of(100_000, 1));
    assertEquals(List.of(new Shape(2, 640)), two.shapes());
    SpeechBatches one = new SpeechBatches(new int[] {900_000}, Settings.of(100_000, 1));
    assertEquals(List.of(new Shape(1, 99_840)), one.shapes());
  }

  @Test
  void unusableSettingsAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> Settings.of(100, 1));
    assertThrows(
        IllegalArgumentException.class, () -> new SpeechBatches(new int[0], Settings.of(1_000, 1)));
    String message =
        String.valueOf(
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new SpeechBatches(new int[] {400, 319}, Settings.of(1_000, 1)))
                .getMessage());
    assertTrue(message.contains("recording 1 has 319 samples"), message);
  }
}
