package dev.d2v.data;

import static dev.d2v.data.Refused.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetsTest {
  @TempDir Path folder;

  private static Set<Integer> originals(ImageDataset part) {
    Subset subset = assertInstanceOf(Subset.class, part);
    Set<Integer> numbers = new TreeSet<>();
    for (int i = 0; i < subset.size(); i++) {
      numbers.add(subset.original(i));
    }
    return numbers;
  }

  @Test
  void idxTrainAndTestFilesAreTheTwoParts() throws Exception {
    Fixtures.idxImages(folder.resolve("train-images-idx3-ubyte.gz"), 8, 4, 4);
    Fixtures.idxLabels(folder.resolve("train-labels-idx1-ubyte.gz"), 8, 2);
    Fixtures.idxImages(folder.resolve("t10k-images-idx3-ubyte"), 4, 4, 4);
    Fixtures.idxLabels(folder.resolve("t10k-labels-idx1-ubyte"), 4, 2);
    DataSplits splits = Datasets.open(folder, 1);
    assertEquals(8, splits.train().size());
    assertEquals(4, splits.heldOut().size());
    assertTrue(splits.heldOut().labelled());
  }

  @Test
  void aSingleIdxFileIsSplitBySeed() throws Exception {
    Path file = Fixtures.idxImages(folder.resolve("images-idx3-ubyte"), 50, 2, 2);
    DataSplits splits = Datasets.open(file, 7);
    Set<Integer> held = originals(splits.heldOut());
    Set<Integer> train = originals(splits.train());
    assertEquals(10, held.size());
    assertEquals(40, train.size());
    train.addAll(held);
    assertEquals(50, train.size(), "the parts are disjoint and complete");
    assertEquals(held, originals(Datasets.open(file, 7).heldOut()));
    assertNotEquals(held, originals(Datasets.open(file, 8).heldOut()));
  }

  @Test
  void trainAndValidationFoldersShareTheirClasses() throws Exception {
    for (String name : List.of("train/a/1.png", "train/b/2.png", "train/c/3.png", "val/c/4.png")) {
      Fixtures.copy("rgb.png", folder.resolve(name));
    }
    DataSplits splits = Datasets.open(folder, 1);
    assertEquals(List.of("a", "b", "c"), splits.heldOut().classNames());
    assertEquals(2, splits.heldOut().label(0));
    Fixtures.copy("rgb.png", folder.resolve("val/d/5.png"));
    assertRefused(
        "expected the sub-folders (classes) of the other part", () -> Datasets.open(folder, 1));
  }

  @Test
  void trainIsAPartWhenAloneAndAClassAmongOthers() throws Exception {
    for (String name : List.of("train/a/1.png", "train/a/2.png", "train/b/3.png")) {
      Fixtures.copy("rgb.png", folder.resolve(name));
    }
    assertEquals(List.of("a", "b"), Datasets.open(folder, 1).train().classNames());
    Fixtures.copy("rgb.png", folder.resolve("bus/4.png"));
    assertEquals(List.of("bus", "train"), Datasets.open(folder, 1).train().classNames());
  }

  @Test
  void whatIsNoDataIsRefusedWithAdvice() throws Exception {
    assertRefused("found nothing there", () -> Datasets.open(folder.resolve("missing"), 1));
    Path archive = Files.writeString(folder.resolve("images.zip"), "PK");
    assertRefused("Archives must be unpacked first", () -> Datasets.open(archive, 1));
    Path image = Fixtures.copy("rgb.png", folder.resolve("one.png"));
    assertRefused("Name the folder that it lies in", () -> Datasets.open(image, 1));
    assertRefused("at least 2 images", () -> Datasets.open(folder, 1));
    Path labels = Fixtures.idxLabels(folder.resolve("labels-idx1-ubyte"), 3, 2);
    assertRefused("expected an IDX file of images", () -> Datasets.open(labels, 1));
  }
}
