package dev.d2v.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NearestTest {
  @ParameterizedTest
  @CsvSource({
    "'',abc,3",
    "abc,abc,0",
    "abc,acb,1",
    "kitten,sitting,3",
    "ca,abc,3",
    "batch,batchs,1"
  })
  @DisplayName("the distance counts inserted, deleted, replaced and swapped letters")
  void distance(String a, String b, int distance) {
    assertEquals(distance, Nearest.distance(a, b));
    assertEquals(distance, Nearest.distance(b, a));
  }

  @Test
  @DisplayName("near names come nearest first, three at most, whatever their case and dashes")
  void near() {
    assertEquals(List.of("seed"), Nearest.to("sead", List.of("batch", "seed", "updates")));
    assertEquals(List.of("weightDecay"), Nearest.to("weight_decay", List.of("weightDecay", "x")));
    assertEquals(3, Nearest.to("aa", List.of("ab", "ac", "ad", "ae")).size());
    assertEquals(List.of(), Nearest.to("zzz", List.of("batch")));
  }

  @Test
  @DisplayName("one wrong letter has one answer: those further off are not offered beside it")
  void close() {
    assertEquals(List.of("seed"), Nearest.to("sead", List.of("end", "seed", "heads")));
    assertEquals(List.of("end", "heads"), Nearest.to("sead", List.of("end", "heads")));
  }

  @Test
  @DisplayName("the hint asks, or is silent")
  void hint() {
    assertEquals("", Nearest.hint(List.of()));
    assertEquals("; did you mean 'a' or 'b'?", Nearest.hint(List.of("a", "b")));
  }
}
