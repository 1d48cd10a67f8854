package dev.d2v.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.nn.HostArrays;
import dev.d2v.tensor.random.RandomStream;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class MasksTest {
  /// The exact counts of the published configurations.
  @Test
  void publishedConfigurationsMaskExactly() {
    assertEquals(157, masked(MaskConfig.inverseBlocks(0.8, 0.07), 196));
    assertEquals(147, masked(MaskConfig.inverseBlocks(0.75, 0.1), 196));
    assertEquals(192, masked(MaskConfig.inverseBlocks(0.75, 0.1), 256));
    assertEquals(40, masked(MaskConfig.inverseBlocks(0.8, 0.07), 49));
  }

  private static int masked(MaskConfig config, int tokens) {
    int count = -1;
    for (int i = 0; i < 50; i++) {
      int[] mask = Masks.draw(config, 2, tokens, new RandomStream(1, 2, 3, i));
      int sum = Arrays.stream(mask).sum();
      assertTrue(count < 0 || count == sum, "every row masks the same number");
      count = sum;
    }
    return count;
  }

  @Test
  void aPlanPutsSeenTokensFirst() {
    int[] mask = {1, 0, 1, 0, /**/ 0, 1, 0, 1};
    MaskPlan plan = MaskPlan.of(mask, 1, 2, 4, 0, new HostArrays());
    assertArrayEquals(new int[] {1, 3, 0, 2}, plan.idsKeep());
    assertArrayEquals(new int[] {2, 0, 3, 1, 0, 2, 1, 3}, plan.idsRestore());
    assertEquals(4, plan.sampleSize());
  }

  @Test
  void rowsWithOtherCountsAreRefused() {
    int[] mask = {1, 0, 1, 0, /**/ 1, 1, 0, 1};
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> MaskPlan.of(mask, 1, 2, 4, 0, new HostArrays()))
            .getMessage();
    assertTrue(String.valueOf(message).contains("row 1 leaves 1 of 4"), message);
  }
}
