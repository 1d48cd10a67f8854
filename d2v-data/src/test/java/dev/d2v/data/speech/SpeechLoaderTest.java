package dev.d2v.data.speech;

import static dev.d2v.data.Refused.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpeechLoaderTest {
  private static final int FILES = 24;

  @TempDir Path folder;

  @BeforeEach
  void recordings() throws Exception {
    for (int i = 0; i < FILES; i++) {
      Sounds.write(name(i), Sounds.sine(16_000, 1_000 + 100 * i, 300 + 10 * i));
    }
  }

  private Path name(int i) {
    return folder.resolve("%02d.wav".formatted(i));
  }

  private SpeechFiles open() {
    return SpeechFiles.open(folder, new SpeechOptions(500, OptionalInt.of(20)));
  }

  private static SpeechLoader loader(SpeechDataset data, int threads) {
    SpeechBatches batches =
        SpeechBatches.of(data, new SpeechBatches.Settings(8_000, 5, 2_500, 100, 9, 10));
    return new SpeechLoader(data, batches, SpeechLoader.Settings.of(9, threads));
  }

  private record Copy(float[] samples, int[] items, int length) {
    static Copy of(SpeechBatch batch) {
      return new Copy(
          Arrays.copyOf(batch.samples(), batch.count() * batch.length()),
          Arrays.copyOf(batch.items(), batch.count()),
          batch.length());
    }
  }

  private static List<Copy> batches(SpeechDataset data, int threads, long... numbers) {
    List<Copy> out = new ArrayList<>();
    try (SpeechLoader loader = loader(data, threads)) {
      for (long number : numbers) {
        out.add(Copy.of(loader.batch(number)));
      }
    }
    return out;
  }

  private static void assertSame(Copy expected, Copy found) {
    assertArrayEquals(expected.items, found.items);
    assertArrayEquals(expected.samples, found.samples);
  }

  @Test
  void rowsArePiecesOfTheirRecordings() {
    SpeechFiles data = open();
    try (SpeechLoader loader = loader(data, 0)) {
      int elsewhere = 0;
      for (long number = 0; number < loader.batchesPerEpoch(); number++) {
        SpeechBatch batch = loader.batch(number);
        assertTrue(
            loader.shapes().contains(new SpeechBatches.Shape(batch.count(), batch.length())));
        for (int row = 0; row < batch.count(); row++) {
          float[] whole = data.sample(batch.items()[row]).orElseThrow();
          float[] piece =
              Arrays.copyOfRange(batch.samples(), row * batch.length(), (row + 1) * batch.length());
          int start = 0;
          while (!Arrays.equals(piece, 0, piece.length, whole, start, start + piece.length)) {
            start++;
          }
          elsewhere += start > 0 ? 1 : 0;
        }
      }
      assertTrue(elsewhere > 5, "crops begin at random places");
    }
  }

  @Test
  void batchesDependOnTheNumberAlone() {
    SpeechFiles data = open();
    List<Copy> straight = batches(data, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8);
    for (int threads : new int[] {1, 2, 3}) {
      List<Copy> ahead = batches(data, threads, 0, 1, 2, 3, 4, 5, 6, 7, 8);
      for (int i = 0; i < 9; i++) {
        assertSame(straight.get(i), ahead.get(i));
      }
      List<Copy> jumping = batches(open(), threads, 7, 8, 2, 2);
      assertSame(straight.get(7), jumping.get(0));
      assertSame(straight.get(8), jumping.get(1));
      assertSame(straight.get(2), jumping.get(2));
      assertSame(straight.get(2), jumping.get(3));
    }
    assertFalse(Arrays.equals(straight.get(0).samples, straight.get(1).samples));
  }

  @Test
  void aFileThatGoesBadIsReplacedByAnotherOfItsBatch() throws Exception {
    SpeechFiles data = open();
    SpeechBatches plans =
        SpeechBatches.of(data, new SpeechBatches.Settings(8_000, 5, 2_500, 100, 9, 10));
    Sounds.write(name(20), Sounds.letters("went bad after the headers were read"));
    List<Copy> first = batches(data, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8);
    List<Copy> again = batches(data, 3, 0, 1, 2, 3, 4, 5, 6, 7, 8);
    int replaced = 0;
    for (int i = 0; i < first.size(); i++) {
      assertSame(first.get(i), again.get(i));
      int[] planned = plans.plan(i).items();
      for (int row = 0; row < planned.length; row++) {
        int item = first.get(i).items[row];
        assertTrue(item != 20);
        if (planned[row] == 20) {
          replaced++;
          assertEquals(planned[(row + 1) % planned.length], item);
        } else {
          assertEquals(planned[row], item);
        }
      }
    }
    assertTrue(replaced > 0);
    assertTrue(data.leftOut().contains("20.wav (not a WAV"), data.leftOut());
  }

  @Test
  void aBatchOfBadFilesIsFilledFromTheRest() throws Exception {
    SpeechFiles data = open();
    for (int i = 0; i < FILES - 10; i++) {
      Sounds.write(name(i), Sounds.letters("bad"));
    }
    for (Copy batch : batches(data, 2, 0, 1, 2, 3, 4, 5, 6)) {
      for (int item : batch.items) {
        assertTrue(item >= FILES - 10 && data.length(item) >= batch.length);
      }
    }
  }

  @Test
  void tooManyBadFilesEndTheRun() throws Exception {
    SpeechFiles data = SpeechFiles.open(folder, new SpeechOptions(500, OptionalInt.of(3)));
    for (int i = 0; i < FILES; i++) {
      Sounds.write(name(i), Sounds.letters("bad"));
    }
    assertRefused("at most 3 may be skipped", () -> batches(data, 2, 0, 1, 2));
  }
}
