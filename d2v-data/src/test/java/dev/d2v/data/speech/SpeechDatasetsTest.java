package dev.d2v.data.speech;

import static dev.d2v.data.Refused.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpeechDatasetsTest {
  private static final SpeechOptions SHORT = SpeechOptions.usual().withMinSamples(1_000);

  @TempDir Path folder;

  private Path sound(String name, int samples) throws Exception {
    return Sounds.write(folder.resolve(name), Sounds.sine(16_000, samples, 440));
  }

  private static Set<Integer> originals(SpeechDataset part) {
    SpeechSubset subset = assertInstanceOf(SpeechSubset.class, part);
    Set<Integer> numbers = new TreeSet<>();
    for (int i = 0; i < subset.size(); i++) {
      numbers.add(subset.original(i));
    }
    return numbers;
  }

  @Test
  void subFoldersAreClassesInTheirOrder() throws Exception {
    sound("two/b.wav", 1_500);
    sound("two/deep/er/a.wav", 2_000);
    Sounds.copy("mono16.flac", folder.resolve("one/x.FLAC"));
    Sounds.write(folder.resolve("one/notes.txt"), Sounds.letters("no sound"));
    Sounds.write(folder.resolve(".hidden.wav"), Sounds.letters("passed over"));
    SpeechFiles data = SpeechFiles.open(folder, SHORT);
    assertEquals(List.of("one", "two"), data.classNames());
    assertEquals(3, data.size());
    assertArrayEquals(new int[] {0, 1, 1}, new int[] {data.label(0), data.label(1), data.label(2)});
    assertArrayEquals(
        new int[] {2_400, 1_500, 2_000},
        new int[] {data.length(0), data.length(1), data.length(2)});
    assertEquals(folder.resolve("one/x.FLAC"), data.file(0));
    assertEquals(1, data.otherFiles());
    assertEquals("", data.leftOut());
  }

  @Test
  void samplesAreNormalisedOverTheWholeFileAt16Kilohertz() throws Exception {
    Sounds.write(folder.resolve("a.wav"), Sounds.sine(44_100, 44_100, 440));
    SpeechFiles data = SpeechFiles.open(folder, SHORT);
    assertEquals(16_000, data.length(0));
    float[] samples = data.sample(0).orElseThrow();
    assertEquals(16_000, samples.length);
    double squares = 0;
    for (float sample : samples) {
      squares += (double) sample * sample;
    }
    double variance = 0.25 * 0.25 / 2;
    assertEquals(variance / (variance + 1e-5), squares / 16_000, 1e-3);
    assertFalse(data.labelled());
    assertEquals(SpeechDataset.NO_LABEL, data.label(0));
  }

  @Test
  void shortFilesAreLeftOutAndUnreadableOnesNamed() throws Exception {
    for (int i = 0; i < 20; i++) {
      sound("good" + i + ".wav", 2_000 + i);
    }
    sound("short.wav", 999);
    Path text = Sounds.write(folder.resolve("text.wav"), Sounds.letters("nothing"));
    Path silent =
        Sounds.write(folder.resolve("z-silent.wav"), Sounds.wav(16_000, 1, 16, new byte[4_000]));
    byte[] flac = Sounds.resource("mono16.flac");
    flac[flac.length / 2] ^= 1;
    Path damaged = Sounds.write(folder.resolve("z-damaged.flac"), flac);
    SpeechFiles data = SpeechFiles.open(folder, SHORT);
    assertEquals(22, data.size());
    assertEquals(1, data.tooShort());
    assertEquals(Set.of(text), data.skipped().reasons().keySet());
    assertEquals(Optional.empty(), data.sample(21), "silent");
    assertEquals(Optional.empty(), data.sample(20), "damaged");
    assertEquals(Set.of(text, silent, damaged), data.skipped().reasons().keySet());
    assertEquals("silent", data.skipped().reasons().get(silent));
    assertTrue(data.leftOut().startsWith("Left out 1 files that are too short. Skipped 3 of 24"));
    SpeechFiles strict = SpeechFiles.open(folder, new SpeechOptions(1_000, OptionalInt.of(1)));
    assertRefused("at most 1 may be skipped", () -> strict.sample(21));
  }

  @Test
  void librispeechHasSpeakersAndTranscripts() throws Exception {
    sound("train-clean/20/1/20-1-0000.wav", 2_000);
    sound("train-clean/20/1/20-1-0001.wav", 2_000);
    sound("train-clean/3/7/3-7-0000.wav", 2_000);
    sound("train-other/4/1/4-1-0000.wav", 2_000);
    sound("test-clean/5/1/5-1-0000.wav", 2_000);
    Files.writeString(
        folder.resolve("train-clean/20/1/20-1.trans.txt"),
        "20-1-0000 HE WAS THERE\n20-1-0001 SHE WAS NOT\n");
    Files.writeString(folder.resolve("test-clean/5/1/5-1.trans.txt"), "5-1-0000 WELL\n");
    SpeechSplits splits = SpeechDatasets.open(folder, 1, SHORT);
    assertEquals(4, splits.train().size());
    assertEquals(List.of("20", "3", "4"), splits.train().classNames());
    assertEquals(Optional.of("SHE WAS NOT"), splits.train().transcript(1));
    assertEquals(Optional.empty(), splits.train().transcript(2));
    assertEquals(1, splits.train().label(2));
    assertEquals(Optional.of("WELL"), splits.heldOut().transcript(0));
    assertFalse(splits.sharedClasses());
    assertEquals("train-clean/, train-other/ and test-clean/ as they are", splits.how());
    Files.writeString(folder.resolve("test-clean/5/1/5-1.trans.txt"), "broken\n");
    assertRefused("found 'broken'", () -> SpeechDatasets.open(folder, 1, SHORT));
  }

  @Test
  void manifestsNameFilesAndLengths() throws Exception {
    sound("sounds/a.wav", 2_000);
    sound("sounds/deep/b.wav", 3_000);
    sound("sounds/c.wav", 1_500);
    Path manifest =
        Sounds.write(
            folder.resolve("lists/train.tsv"),
            Sounds.letters(
                folder.resolve("sounds")
                    + "\na.wav\t2000\ndeep/b.wav\t3000\nc.wav\t1600\ngone.wav\t900\n"));
    SpeechFiles data = SpeechManifest.open(manifest, SHORT);
    assertEquals(3, data.size());
    assertEquals(1, data.tooShort());
    assertEquals(3_000, data.length(1));
    assertEquals(3_000, data.sample(1).orElseThrow().length);
    assertEquals(Optional.empty(), data.sample(2), "shorter than promised");
    assertTrue(data.skipped().summary().contains("holds 1500 samples at 16 kHz where 1600"));
    assertEquals(2, SpeechDatasets.open(manifest, 1, SHORT).train().size());
    Sounds.write(folder.resolve("lists/valid.tsv"), Sounds.letters("../sounds\na.wav\t2000\n"));
    SpeechSplits splits = SpeechDatasets.open(folder.resolve("lists"), 1, SHORT);
    assertEquals("train.tsv and valid.tsv as they are", splits.how());
    assertEquals(1, splits.heldOut().size());
    Files.writeString(manifest, folder.resolve("sounds") + "\na.wav 2000\n");
    assertRefused("line 2: expected a path, a tab", () -> SpeechManifest.open(manifest, SHORT));
    Files.writeString(manifest, "/no/such/folder\na.wav\t2000\n");
    assertRefused("which is no folder", () -> SpeechManifest.open(manifest, SHORT));
  }

  @Test
  void trainAndTestFoldersShareTheirClasses() throws Exception {
    for (String name : List.of("train/a/1.wav", "train/b/2.wav", "train/c/3.wav", "test/c/4.wav")) {
      sound(name, 2_000);
    }
    SpeechSplits splits = SpeechDatasets.open(folder, 1, SHORT);
    assertTrue(splits.sharedClasses());
    assertEquals(2, splits.heldOut().label(0));
    sound("test/d/5.wav", 2_000);
    assertRefused(
        "expected the sub-folders (classes) of the other part",
        () -> SpeechDatasets.open(folder, 1, SHORT));
  }

  @Test
  void aSingleFolderIsSplitBySeed() throws Exception {
    for (int i = 0; i < 50; i++) {
      sound("all/" + i + ".wav", 1_100);
    }
    Path all = folder.resolve("all");
    SpeechSplits splits = SpeechDatasets.open(all, 7, SHORT);
    Set<Integer> held = originals(splits.heldOut());
    Set<Integer> train = originals(splits.train());
    assertEquals(10, held.size());
    train.addAll(held);
    assertEquals(50, train.size(), "the parts are disjoint and complete");
    assertEquals(held, originals(SpeechDatasets.open(all, 7, SHORT).heldOut()));
    assertNotEquals(held, originals(SpeechDatasets.open(all, 8, SHORT).heldOut()));
  }

  @Test
  void whatIsNoSpeechIsRefusedWithAdvice() throws Exception {
    assertRefused("found nothing there", () -> SpeechDatasets.open(folder.resolve("no"), 1, SHORT));
    Path archive = Sounds.write(folder.resolve("speech.zip"), Sounds.letters("PK"));
    assertRefused("Archives must be unpacked first", () -> SpeechDatasets.open(archive, 1, SHORT));
    assertRefused("expected WAV, FLAC, OGG or MP3", () -> SpeechDatasets.open(folder, 1, SHORT));
    Path sound = sound("one.wav", 2_000);
    assertRefused("Name the folder", () -> SpeechDatasets.open(sound, 1, SHORT));
    assertRefused("at least 2 recordings", () -> SpeechDatasets.open(folder, 1, SHORT));
    assertRefused(
        "at least 2.00 s, found 1 files that are shorter",
        () -> SpeechDatasets.open(folder, 1, SpeechOptions.usual()));
  }

  @Test
  void theSpokenDigitsComeWithTheProject() {
    Path home = Path.of(System.getProperty("basedir", ".")).toAbsolutePath().resolve("..");
    SpeechSplits splits = SpeechSamples.spokenDigits(home.normalize());
    assertEquals(480, splits.train().size());
    assertEquals(160, splits.heldOut().size());
    assertTrue(splits.sharedClasses());
    assertEquals(10, splits.train().classNames().size());
    assertEquals("", splits.train().leftOut());
    float[] sample = splits.heldOut().sample(159).orElseThrow();
    assertEquals(splits.heldOut().length(159), sample.length);
    assertEquals(0, Arrays.stream(toDoubles(sample)).average().orElseThrow(), 1e-5);
    assertRefused("Restore the folder samples/", () -> SpeechSamples.spokenDigits(folder));
  }

  private static double[] toDoubles(float[] values) {
    double[] out = new double[values.length];
    Arrays.setAll(out, i -> values[i]);
    return out;
  }
}
