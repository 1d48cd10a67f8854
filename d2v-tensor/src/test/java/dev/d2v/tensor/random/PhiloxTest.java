package dev.d2v.tensor.random;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class PhiloxTest {
  /// The known answers that come with Random123 for philox4x32-10: counter, key, words.
  @Test
  void theKnownAnswersOfRandom123() {
    assertArrayEquals(
        new int[] {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}, words(0, 0, 0, 0, 0, 0));
    assertArrayEquals(
        new int[] {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}, words(-1, -1, -1, -1, -1, -1));
    assertArrayEquals(
        new int[] {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1},
        words(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0));
  }

  private static int[] words(int c0, int c1, int c2, int c3, int keyLow, int keyHigh) {
    int[] out = new int[4];
    long seed = (long) keyHigh << 32 | (keyLow & 0xffff_ffffL);
    Philox.words(out, seed, c0, c1, c2, c3);
    return out;
  }

  @Test
  void uniformNumbersAreTheHigh24BitsAndBelowOne() {
    assertEquals(0f, Philox.uniform(0xff));
    assertEquals(0x1p-24f, Philox.uniform(0x100));
    assertEquals(0.5f, Philox.uniform(0x80000000));
    assertEquals(1 - 0x1p-24f, Philox.uniform(-1));
  }

  @Test
  void aPairOfWordsGivesACosineAndASine() {
    // u = 1 - 1/2, v = 1/8 of a turn; then u = 1, whose logarithm is 0
    int[] words = {0x80000000, 0x20000000, 0, 0x12345678};
    double expected = Math.sqrt(2 * Math.log(2)) * Math.sqrt(0.5);
    assertEquals(expected, Philox.normal(words, 0), 1e-15);
    assertEquals(expected, Philox.normal(words, 1), 1e-15);
    assertEquals(0, Philox.normal(words, 2), 1e-300);
    assertEquals(0, Philox.normal(words, 3), 1e-300);
  }
}
