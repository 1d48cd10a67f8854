package dev.d2v.data;

import static dev.d2v.data.Refused.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxDatasetTest {
  @TempDir Path folder;

  @Test
  void readsPlainAndGzippedFiles() throws Exception {
    for (String end : List.of("", ".gz")) {
      IdxDataset data =
          IdxDataset.open(
              Fixtures.idxImages(folder.resolve("images" + end), 5, 3, 2),
              Fixtures.idxLabels(folder.resolve("labels" + end), 5, 3));
      assertEquals(5, data.size());
      assertEquals(SizeRange.of(2, 3), data.sizes().orElseThrow());
      assertEquals(4, data.image(4).orElseThrow().data()[5]);
      assertEquals(1, data.label(4));
      assertEquals(List.of("0", "1", "2"), data.classNames());
    }
  }

  @Test
  void classesMayHaveNames() throws Exception {
    Path images = Fixtures.idxImages(folder.resolve("images"), 4, 2, 2);
    Path labels = Fixtures.idxLabels(folder.resolve("labels"), 4, 2);
    Path names = Files.writeString(folder.resolve("classes.txt"), "cat\ndog\n");
    assertEquals(List.of("cat", "dog"), IdxDataset.open(images, labels).classNames());
    Files.writeString(names, "cat\n");
    assertRefused("a name for each of the 2 classes", () -> IdxDataset.open(images, labels));
  }

  @Test
  void refusesDamagedFilesSayingWhatWasExpectedAndFound() throws Exception {
    Path images = Fixtures.idxImages(folder.resolve("images"), 5, 3, 2);
    byte[] good = Files.readAllBytes(images);
    Path bad = folder.resolve("bad");

    Files.write(bad, Arrays.copyOf(good, good.length - 1));
    assertRefused("expected 30 bytes after the IDX header, found 29", () -> IdxDataset.open(bad));
    Files.write(bad, Arrays.copyOf(good, good.length + 1));
    assertRefused("found more", () -> IdxDataset.open(bad));
    Files.write(bad, Arrays.copyOf(good, 10));
    assertRefused("the end of the file", () -> IdxDataset.open(bad));
    Files.write(bad, new byte[0]);
    assertRefused("found only 0 bytes", () -> IdxDataset.open(bad));
    Path labels = Fixtures.idxLabels(folder.resolve("labels"), 4, 3);
    assertRefused("magic 0x00000803, found 0x00000801", () -> IdxDataset.open(labels));
    assertRefused("magic 0x00000801, found 0x00000803", () -> IdxDataset.open(images, images));
    assertRefused("expected 5 labels", () -> IdxDataset.open(images, labels));
    assertRefused("cannot be read", () -> IdxDataset.open(folder.resolve("missing")));
  }

  @Test
  void refusesGzipCutShort() throws Exception {
    Path whole = Fixtures.idxImages(folder.resolve("images.gz"), 50, 30, 20);
    byte[] bytes = Files.readAllBytes(whole);
    Path cut = Files.write(folder.resolve("cut.gz"), Arrays.copyOf(bytes, bytes.length / 2));
    assertRefused("cut short or damaged", () -> IdxDataset.open(cut));
  }

  @Test
  void theShippedSampleIsWhole() {
    DataSplits sample = Samples.fashionMnist(Fixtures.home());
    assertEquals(8_000, sample.train().size());
    assertEquals(2_000, sample.heldOut().size());
    assertEquals("Ankle boot", sample.train().classNames().get(sample.train().label(0)));
    int[] perClass = new int[10];
    for (int i = 0; i < 2_000; i++) {
      perClass[sample.heldOut().label(i)]++;
    }
    assertTrue(Arrays.stream(perClass).min().orElseThrow() > 150, Arrays.toString(perClass));
    assertRefused("Restore the folder samples/", () -> Samples.fashionMnist(folder));
  }

  @Test
  void statisticsOfTheSampleAreThoseOfFashionMnist() {
    DatasetStats stats = DatasetStats.of(Samples.fashionMnist(Fixtures.home()).train(), 1, 8_000);
    assertEquals(0.286, stats.mean()[0], 0.002);
    assertEquals(0.353, stats.std()[0], 0.002);
  }
}
