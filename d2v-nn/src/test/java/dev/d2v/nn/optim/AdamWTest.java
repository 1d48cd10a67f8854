package dev.d2v.nn.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.d2v.tensor.kernel.StepNumbers;
import org.junit.jupiter.api.Test;

final class AdamWTest {
  private static final AdamW ADAM = new AdamW(0.9, 0.98, 1e-6, 0.01);

  @Test
  void stepIsCorrectedForTheMomentsStart() {
    assertEquals(0.1 * Math.sqrt(1 - 0.98) / (1 - 0.9), ADAM.adamStep(0.1, 1), 1e-12);
    assertEquals(
        0.1 * Math.sqrt(1 - 0.98 * 0.98 * 0.98) / (1 - 0.9 * 0.9 * 0.9),
        ADAM.adamStep(0.1, 3),
        1e-12);
    assertEquals(0.1, ADAM.adamStep(0.1, 100_000), 1e-12);
  }

  @Test
  void updatesAreCountedFromOne() {
    assertThrows(IllegalArgumentException.class, () -> ADAM.adamStep(0.1, 0));
  }

  @Test
  void numbersOfAStepGoWhereKernelsReadThem() {
    float[] numbers = new float[StepNumbers.FLOATS];
    ADAM.numbers(numbers, 0.1, 1);
    new GradientClip(4).numbers(numbers, 0.5);
    new Ema(new EmaSchedule.Linear(0.5, 0.7, 2)).numbers(numbers, 1);
    assertEquals(0.1f, numbers[StepNumbers.LEARNING_RATE]);
    assertEquals(0.01f, numbers[StepNumbers.WEIGHT_DECAY]);
    assertEquals((float) ADAM.adamStep(0.1, 1), numbers[StepNumbers.ADAM_STEP]);
    assertEquals(0.4f, numbers[StepNumbers.EMA_STEP]);
    assertEquals(0.5f, numbers[StepNumbers.GRADIENT_SCALE]);
    assertEquals(4f, numbers[StepNumbers.CLIP_NORM]);
  }

  @Test
  void hyperparametersThatCannotBeAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new AdamW(1, 0.98, 1e-6, 0));
    assertThrows(IllegalArgumentException.class, () -> new AdamW(0.9, 0.98, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> new AdamW(0.9, 0.98, 1e-6, -1));
    assertThrows(IllegalArgumentException.class, () -> new GradientClip(-1));
  }
}
