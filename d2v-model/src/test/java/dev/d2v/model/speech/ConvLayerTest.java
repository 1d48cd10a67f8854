package dev.d2v.model.speech;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConvLayerTest {
  @ParameterizedTest
  @CsvSource({"0,3,2", "512,-1,2", "512,3,0", "512,3,2147483647", "512,5000,2", "70000,3,2"})
  void whatNoNetworkHasIsRefused(int channels, int kernel, int stride) {
    var e =
        assertThrows(IllegalArgumentException.class, () -> new ConvLayer(channels, kernel, stride));
    String got = "got (%d, %d, %d)".formatted(channels, kernel, stride);
    assertTrue(String.valueOf(e.getMessage()).endsWith(got), e.getMessage());
  }

  @Test
  void outputsAreWholeWindows() {
    assertEquals(63_999, new ConvLayer(512, 10, 5).outputs(320_000));
    assertEquals(0, new ConvLayer(512, 10, 5).outputs(9));
  }
}
