package dev.d2v.tensor.kernel.vector;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Strips share no place and stay inside of what they say they take.
final class StripsTest {
  @ParameterizedTest
  @CsvSource({"1,1", "1,7", "16,3", "17,300", "64,70", "768,12", "1536,5", "4096,3"})
  void elementsHavePlacesOfTheirOwn(int length, int count) {
    Strips strips = new Strips(length);
    BitSet taken = new BitSet();
    for (int strip = 0; strip < count; strip++) {
      for (int row = 0; row < GemmTile.ROWS; row++) {
        for (int p = 0; p < length; p++) {
          int place = strips.at(strip) + row * GemmTile.DISTANCE + Strips.along(p);
          assertTrue(place < strips.size(count), "outside");
          assertFalse(taken.get(place), "taken twice");
          taken.set(place);
        }
      }
    }
  }
}
