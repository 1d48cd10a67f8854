package dev.d2v.data;

import static dev.d2v.data.Refused.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageLoaderTest {
  private static final ImageFormat COLOUR =
      new ImageFormat(16, 3, new float[] {0.5f, 0.5f, 0.5f}, new float[] {0.25f, 0.25f, 0.25f});
  private static final ImageFormat TINY =
      new ImageFormat(2, 1, new float[] {0}, new float[] {1 / 255f});

  @TempDir Path folder;
  private ImageDataset tiny;

  @BeforeEach
  void tinyImages() throws Exception {
    tiny =
        IdxDataset.open(
            Fixtures.idxImages(folder.resolve("tiny"), 10, 2, 2),
            Fixtures.idxLabels(folder.resolve("tiny-labels"), 10, 3));
  }

  private static ImageLoader loader(ImageDataset data, int batch, int threads) {
    return new ImageLoader(
        data, ImageLoader.Settings.of(batch, TINY, Augmentation.none(), 3, threads));
  }

  private FolderDataset pictures() throws Exception {
    Path pictures = folder.resolve("pictures");
    for (int i = 0; i < 6; i++) {
      Fixtures.copy("rgb.png", pictures.resolve("a/" + i + ".png"));
      Fixtures.copy("rgb.jpg", pictures.resolve("b/" + i + ".jpg"));
      Fixtures.copy("grey.png", pictures.resolve("c/" + i + ".png"));
    }
    return FolderDataset.open(pictures);
  }

  private static List<float[]> batches(ImageDataset data, int threads, long... updates) {
    List<float[]> out = new ArrayList<>();
    ImageLoader.Settings settings =
        new ImageLoader.Settings(5, COLOUR, Augmentation.crops(0.3), 9, 10, 11, threads, 2);
    try (ImageLoader loader = new ImageLoader(data, settings)) {
      for (long update : updates) {
        ImageBatch batch = loader.batch(update);
        out.add(Arrays.copyOf(batch.pixels(), batch.count() * COLOUR.floats()));
      }
    }
    return out;
  }

  @Test
  void everyEpochIsAnotherOrderOfFullBatches() {
    try (ImageLoader loader = loader(tiny, 3, 0)) {
      assertEquals(3, loader.updatesPerEpoch());
      List<List<Integer>> epochs = new ArrayList<>();
      for (int epoch = 0; epoch < 4; epoch++) {
        List<Integer> seen = new ArrayList<>();
        for (int u = 0; u < 3; u++) {
          ImageBatch batch = loader.batch(epoch * 3L + u);
          assertEquals(3, batch.count());
          for (int i = 0; i < 3; i++) {
            assertEquals(batch.indices()[i] % 3, batch.labels()[i]);
            assertEquals(batch.indices()[i], batch.pixels()[4 * i + 3], 1e-4);
            seen.add(batch.indices()[i]);
          }
        }
        assertEquals(9, new TreeSet<>(seen).size(), "no image twice in an epoch");
        assertFalse(epochs.contains(seen), "another order");
        epochs.add(seen);
      }
    }
  }

  @Test
  void fewerImagesThanABatchGoRound() {
    try (ImageLoader loader = loader(tiny, 25, 0)) {
      assertEquals(1, loader.updatesPerEpoch());
      int[] counts = new int[10];
      for (int index : loader.batch(4).indices()) {
        counts[index]++;
      }
      for (int count : counts) {
        assertTrue(count == 2 || count == 3, Arrays.toString(counts));
      }
    }
  }

  @Test
  void batchesDependOnTheUpdateAlone() throws Exception {
    FolderDataset data = pictures();
    List<float[]> straight = batches(data, 0, 0, 1, 2, 3, 4, 5);
    for (int threads : new int[] {1, 2, 3}) {
      List<float[]> ahead = batches(data, threads, 0, 1, 2, 3, 4, 5);
      for (int u = 0; u < 6; u++) {
        assertArrayEquals(straight.get(u), ahead.get(u), threads + " threads, update " + u);
      }
      List<float[]> jumping = batches(data, threads, 4, 5, 1, 1);
      assertArrayEquals(straight.get(4), jumping.get(0));
      assertArrayEquals(straight.get(5), jumping.get(1));
      assertArrayEquals(straight.get(1), jumping.get(2));
      assertArrayEquals(straight.get(1), jumping.get(3));
    }
    assertFalse(Arrays.equals(straight.get(0), straight.get(1)));
  }

  @Test
  void unreadableFilesAreReplacedByTheNext() throws Exception {
    Path bad = folder.resolve("pictures/a/0.png");
    Files.createDirectories(folder.resolve("pictures/a"));
    byte[] bytes = Fixtures.resource("formats/rgb.png");
    pictures();
    Files.write(bad, Arrays.copyOf(bytes, bytes.length / 2));
    FolderDataset data = FolderDataset.open(folder.resolve("pictures"));
    ImageLoader.Settings settings =
        ImageLoader.Settings.of(18, COLOUR, Augmentation.crops(0.3), 9, 2);
    try (ImageLoader loader = new ImageLoader(data, settings)) {
      int[] counts = new int[18];
      for (int index : loader.batch(0).indices()) {
        counts[index]++;
      }
      assertEquals(0, counts[0]);
      assertEquals(2, counts[1]);
      assertEquals(1, data.skipped().count());
    }
  }

  @Test
  void aWorkersFailureReachesTheCallerWithTheFilesName() throws Exception {
    pictures();
    FolderDataset unchecked =
        FolderDataset.open(
            folder.resolve("pictures/a"), new FolderDataset.Options(OptionalInt.empty(), 0));
    ImageLoader.Settings settings = ImageLoader.Settings.of(2, COLOUR, Augmentation.none(), 9, 2);
    try (ImageLoader loader = new ImageLoader(unchecked, settings)) {
      assertRefused(".png: Expected images of 16 x 16 pixels", () -> loader.batch(0));
    }
  }

  @Test
  void sizesThatCannotBeFramedAreRefusedBeforehand() throws Exception {
    FolderDataset data = pictures();
    ImageLoader.Settings settings = ImageLoader.Settings.of(2, COLOUR, Augmentation.flips(), 9, 2);
    assertRefused("found 24 x 17", () -> new ImageLoader(data, settings).close());
    ImageDataset none = new Subset(tiny, new int[0], "nothing");
    assertRefused("at least one image", () -> loader(none, 2, 0).close());
  }

  @Test
  void closingStopsTheThreads() throws Exception {
    ImageLoader.Settings settings =
        ImageLoader.Settings.of(4, COLOUR, Augmentation.crops(0.3), 9, 3);
    ImageLoader loader = new ImageLoader(pictures(), settings);
    loader.batch(0);
    loader.close();
    assertThrows(IllegalStateException.class, () -> loader.batch(1));
    assertTrue(
        Thread.getAllStackTraces().keySet().stream()
            .noneMatch(thread -> thread.getName().startsWith("d2v-data-")));
  }

  @Test
  void aPassGoesOnceInOrderLeavingUnreadableImagesOut() throws Exception {
    byte[] bytes = Fixtures.resource("formats/rgb.png");
    pictures();
    Files.write(folder.resolve("pictures/a/2.png"), Arrays.copyOf(bytes, bytes.length / 2));
    FolderDataset data = FolderDataset.open(folder.resolve("pictures"));
    for (int threads : new int[] {0, 2}) {
      List<Integer> seen = new ArrayList<>();
      List<Integer> sizes = new ArrayList<>();
      int total =
          ImagePass.over(data, COLOUR, 4, threads)
              .forEach(batch -> {
                sizes.add(batch.count());
                for (int i = 0; i < batch.count(); i++) {
                  seen.add(batch.indices()[i]);
                  assertEquals(data.label(batch.indices()[i]), batch.labels()[i]);
                }
              });
      assertEquals(17, total);
      assertEquals(List.of(3, 4, 4, 4, 2), sizes);
      assertEquals(List.of(0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17), seen);
    }
  }

  @Test
  void aLimitedPassIsSpreadEvenly() {
    List<Integer> seen = new ArrayList<>();
    new ImagePass(tiny, TINY, new Framing.CentreCrop(), 3, 4, 0)
        .forEach(batch -> {
          for (int i = 0; i < batch.count(); i++) {
            seen.add(batch.indices()[i]);
          }
        });
    assertEquals(List.of(0, 2, 5, 7), seen);
  }

  @Test
  void statisticsOfEqualPixelsAreRefused() throws Exception {
    ImageDataset flat = IdxDataset.open(Fixtures.idxImages(folder.resolve("flat"), 1, 2, 2));
    assertRefused("the same value everywhere", () -> DatasetStats.of(flat, 1, 10));
    DatasetStats stats = DatasetStats.of(tiny, 1, 10);
    assertEquals(4.5 / 255, stats.mean()[0], 1e-6);
    assertEquals(Math.sqrt(8.25) / 255, stats.std()[0], 1e-6);
  }
}
