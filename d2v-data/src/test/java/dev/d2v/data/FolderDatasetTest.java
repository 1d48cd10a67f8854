package dev.d2v.data;

import static dev.d2v.data.Refused.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderDatasetTest {
  @TempDir Path folder;

  private Path image(String name) throws Exception {
    return Fixtures.copy("rgb.png", folder.resolve(name));
  }

  private Path cutShort(String name) throws Exception {
    byte[] bytes = Fixtures.resource("formats/rgb.png");
    return Files.write(folder.resolve(name), Arrays.copyOf(bytes, bytes.length / 2));
  }

  @Test
  void subFoldersAreClassesInTheirOrder() throws Exception {
    image("dog/2.png");
    image("dog/deep/er/1.png");
    image("cat/b.png");
    Fixtures.copy("rgb.jpg", folder.resolve("cat/a.JPG"));
    Files.writeString(folder.resolve("cat/notes.txt"), "not an image");
    Files.writeString(folder.resolve(".hidden.png"), "passed over");
    FolderDataset data = FolderDataset.open(folder);
    assertEquals(List.of("cat", "dog"), data.classNames());
    assertEquals(4, data.size());
    assertArrayEquals(
        new int[] {0, 0, 1, 1},
        new int[] {data.label(0), data.label(1), data.label(2), data.label(3)});
    assertEquals(folder.resolve("cat/a.JPG"), data.file(0));
    assertEquals(1, data.otherFiles());
    assertEquals(Optional.of(SizeRange.of(24, 17)), data.sizes());
    assertEquals(3, data.channels());
  }

  @Test
  void imagesOutsideOfSubFoldersMeanNoLabels() throws Exception {
    image("one.png");
    image("sub/two.png");
    FolderDataset data = FolderDataset.open(folder);
    assertFalse(data.labelled());
    assertEquals(ImageDataset.NO_LABEL, data.label(1));
  }

  @Test
  void headersThatCannotBeReadAreLeftOutAtOnce() throws Exception {
    for (int i = 0; i < 20; i++) {
      image("good" + i + ".png");
    }
    Path bad = Files.writeString(folder.resolve("bad.png"), "nothing");
    FolderDataset data = FolderDataset.open(folder);
    assertEquals(20, data.size());
    assertEquals(Set.of(bad), data.skipped().reasons().keySet());
    assertTrue(data.skipped().summary().contains("bad.png (not a PNG"));
  }

  @Test
  void imagesThatCannotBeDecodedAreNotedWhenMet() throws Exception {
    for (int i = 0; i < 20; i++) {
      image("good" + i + ".png");
    }
    Path bad = cutShort("bad.png");
    FolderDataset data = FolderDataset.open(folder);
    assertEquals(21, data.size());
    assertEquals(1, data.scan().count());
    assertEquals(Set.of(bad), data.skipped().reasons().keySet());
    assertEquals(Optional.empty(), data.image(0));
  }

  @Test
  void tooManyUnreadableFilesAreRefusedByName() throws Exception {
    for (int i = 0; i < 8; i++) {
      image("good" + i + ".png");
    }
    cutShort("zz1.png");
    cutShort("zz2.png");
    FolderDataset strict =
        FolderDataset.open(folder, new FolderDataset.Options(OptionalInt.of(1), 0));
    assertRefused("at most 1 may be skipped", strict::scan);
    assertRefused("zz1.png", strict::scan);
  }

  @Test
  void theUsualLimitGrowsWithTheFolder() {
    assertEquals(0, SkippedFiles.usualLimit(1));
    assertEquals(2, SkippedFiles.usualLimit(5));
    assertEquals(5, SkippedFiles.usualLimit(60));
    assertEquals(50, SkippedFiles.usualLimit(1_000));
    assertEquals(100, SkippedFiles.usualLimit(1_000_000));
  }

  @Test
  void nothingUsableIsSaidClearly() throws Exception {
    assertRefused("found an empty folder", () -> FolderDataset.open(folder));
    Files.writeString(folder.resolve("a.txt"), "text");
    assertRefused("found 1 other files", () -> FolderDataset.open(folder));
    assertRefused("found a file", () -> FolderDataset.open(folder.resolve("a.txt")));
    assertRefused("found nothing", () -> FolderDataset.open(folder.resolve("missing")));
    Files.writeString(folder.resolve("only.png"), "nothing");
    assertRefused("only.png", () -> FolderDataset.open(folder));
  }
}
