package dev.d2v.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.cli.job.Made;
import dev.d2v.cli.run.MetricsLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whole runs of speech, text and several modalities, as a person starts them.
final class SensesRunTest {
  @TempDir private Path folder;
  private Screen screen = new Screen();

  @BeforeEach
  void clear() {
    screen = new Screen();
  }

  private int d2v(List<String> arguments) {
    screen = new Screen();
    return Main.run(screen.piped(), arguments.toArray(String[]::new));
  }

  private List<String> pretrain(String name, List<String> settings, String... more) {
    List<String> all = new ArrayList<>(List.of("pretrain", "--name", name));
    all.addAll(List.of("--out", folder.toString(), "--threads", "1", "--workers", "1"));
    Stream.concat(Made.SMALL.stream(), settings.stream())
        .forEach(s -> all.addAll(List.of("--set", s)));
    all.addAll(List.of(more));
    return all;
  }

  /// Takes the last checkpoint away and goes on from the one before it.
  private void resumeGivesTheSame(String name) throws IOException {
    Path last = folder.resolve(name).resolve("checkpoints/step-000008");
    byte[] model = Files.readAllBytes(last.resolve("model.safetensors"));
    byte[] optimizer = Files.readAllBytes(last.resolve("optimizer.safetensors"));
    List<String> metrics = metrics(name);
    try (Stream<Path> files = Files.walk(last)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
    List<String> resume =
        List.of("pretrain", "--resume", name, "--out", folder.toString(), "--threads", "2");
    assertEquals(0, d2v(resume), screen.err());
    assertTrue(screen.out().contains("resuming at update 4"), screen.out());
    assertArrayEquals(model, Files.readAllBytes(last.resolve("model.safetensors")));
    assertArrayEquals(optimizer, Files.readAllBytes(last.resolve("optimizer.safetensors")));
    assertEquals(metrics, metrics(name));
  }

  /// The part of each line that does not depend on time.
  private List<String> metrics(String name) throws IOException {
    return Files.readAllLines(folder.resolve(name).resolve("metrics.jsonl")).stream()
        .map(line -> line.replaceAll(",?\"samples_per_second\":[^,}]*", ""))
        .toList();
  }

  @Test
  @DisplayName("speech: trains, skips a damaged file and says so, scores, resumes, is probed")
  void speech() throws IOException {
    Path words = Made.words(folder.resolve("words"));
    Path bad = words.resolve("train/low/bad.wav");
    byte[] whole = Files.readAllBytes(words.resolve("train/low/0.wav"));
    whole[20] = 99;
    Files.write(bad, whole);
    List<String> begin =
        pretrain("s", Made.SPEECH, "--modality", "speech", "--data", words.toString());
    assertEquals(0, d2v(begin), screen.err());
    assertTrue(screen.out().contains("12 recordings"), screen.out());
    assertTrue(screen.out().contains("held-out recordings"), screen.out());
    assertTrue(screen.out().contains("log-mel statistics          100.0 %"), screen.out());
    assertTrue(screen.out().contains("bad.wav"), screen.out());
    assertTrue(Files.size(folder.resolve("s/report.html")) > 1_000);
    resumeGivesTheSame("s");
    assertEquals(0, d2v(List.of("probe", "s", "--out", folder.toString())), screen.err());
    assertTrue(screen.out().contains("teacher"), screen.out());
  }

  @Test
  @DisplayName(
      "speech: LibriSpeech's layout and a manifest are trained on, without labels to score")
  void speechWithoutLabels() throws IOException {
    Path sentences = Made.sentences(folder.resolve("sentences"));
    for (String data : List.of(sentences.toString(), "speech=" + sentences)) {
      String name = "l" + data.length();
      assertEquals(0, d2v(pretrain(name, Made.SPEECH, "--modality=speech", "--data", data)));
      assertTrue(screen.out().contains("12 recordings"), screen.out());
      assertTrue(screen.out().contains("train-clean/ and test-clean/ as they are"), screen.out());
      assertTrue(screen.out().contains("No labels of two or more classes"), screen.out());
      assertTrue(Files.exists(folder.resolve(name).resolve("report.html")));
    }
    Path manifest = Made.manifest(sentences, 3_000);
    String[] more = {"--modality=speech", "--data", "speech=" + manifest, "--updates", "3"};
    assertEquals(0, d2v(pretrain("m", Made.SPEECH, more)), screen.err());
    assertTrue(screen.out().contains("20 recordings"), screen.out());
    assertTrue(screen.out().contains("4 held out"), screen.out());
    assertEquals(1, d2v(List.of("probe", "m", "--out", folder.toString())));
    assertTrue(screen.err().contains("have no labels of two or more classes"), screen.err());
  }

  @Test
  @DisplayName("text: keeps its vocabulary, resumes, and takes the blocks of a speech model")
  void text() throws IOException {
    Path prose = Made.prose(folder.resolve("prose"));
    String[] data = {
      "--modality",
      "text",
      "--data",
      prose.toString(),
      "--tokenizer",
      prose.resolve("tokenizer.json").toString()
    };
    assertEquals(0, d2v(pretrain("t", Made.TEXT, data)), screen.err());
    assertTrue(screen.out().contains("held-out texts"), screen.out());
    assertTrue(screen.out().contains("bag of tokens               100.0 %"), screen.out());
    resumeGivesTheSame("t");
    Path kept = folder.resolve("t/tokenizer.json");
    assertTrue(Files.readString(folder.resolve("t/run.json")).contains("vocabulary"));
    Files.delete(prose.resolve("tokenizer.json"));
    assertEquals(0, d2v(List.of("probe", "t", "--out", folder.toString())), screen.err());
    Path words = Made.words(folder.resolve("words"));
    assertEquals(
        0,
        d2v(
            pretrain(
                "b",
                Made.SPEECH,
                "--modality",
                "speech",
                "--data",
                words.toString(),
                "--init-from",
                "t",
                "--blocks-only")),
        screen.err());
    assertTrue(screen.out().contains("12 loaded: blocks.0."), screen.out());
    assertTrue(screen.out().contains("0 missing"), screen.out());
    assertEquals(
        1,
        d2v(
            pretrain(
                "wide",
                Made.SPEECH,
                "--modality=speech",
                "--data=" + words,
                "--init-from=t",
                "--blocks-only",
                "--set=model.embedDim=32")));
    assertTrue(screen.err().contains("its shared blocks have another width"), screen.err());
    assertFalse(Files.exists(folder.resolve("wide")));
    Files.writeString(kept, Files.readString(kept).replace("\"the\"", "\"eht\""));
    assertEquals(1, d2v(List.of("probe", "t", "--out", folder.toString())));
  }

  @Test
  @DisplayName("three modalities: one checkpoint, scores and metrics by modality, resume")
  void three() throws IOException {
    Path prose = Made.prose(folder.resolve("prose"));
    // equal turns, so that eight updates are some of each
    List<String> settings =
        Stream.of(Made.IMAGE, Made.SPEECH, Made.TEXT, List.of("data.text.share.weight=1"))
            .flatMap(List::stream)
            .toList();
    assertEquals(
        0,
        d2v(
            pretrain(
                "m",
                settings,
                "--recipe",
                "three-senses-small",
                "--data",
                "image=" + Made.images(folder.resolve("images")),
                "--data",
                "speech=" + Made.words(folder.resolve("words")),
                "--data",
                "text=" + prose,
                "--tokenizer",
                prose.resolve("tokenizer.json").toString())),
        screen.err());
    for (String noun : List.of("images", "recordings", "texts")) {
      assertTrue(screen.out().contains("held-out " + noun), screen.out());
    }
    String scores = Files.readString(folder.resolve("m/scores.json"));
    for (String key : List.of("image/pixels", "speech/trained", "text/untrained")) {
      assertTrue(scores.contains("\"" + key + ".linear_probe\""), scores);
    }
    Set<String> keys =
        MetricsLog.read(folder.resolve("m/metrics.jsonl")).stream()
            .flatMap(line -> line.values().keySet().stream())
            .collect(Collectors.toSet());
    assertTrue(keys.contains("learning_rate") && keys.contains("speech/loss"), keys.toString());
    assertFalse(keys.contains("loss"), keys.toString());
    resumeGivesTheSame("m");
  }

  @Test
  @DisplayName("what cannot be trained on is refused with a sentence, and leaves no folder")
  void refused() throws IOException {
    Path empty = Files.createDirectories(folder.resolve("empty"));
    List<String> nothing =
        pretrain("x", Made.SPEECH, "--modality", "speech", "--data", empty.toString());
    assertEquals(1, d2v(nothing));
    assertTrue(screen.err().startsWith("d2v: " + empty), screen.err());
    Path prose = Made.prose(folder.resolve("prose"));
    String tokenizer = prose.resolve("tokenizer.json").toString();
    Files.write(prose.resolve("train.jsonl"), new byte[] {'{', (byte) 0xff, '\n'});
    assertEquals(
        1,
        d2v(
            pretrain(
                "x",
                Made.TEXT,
                "--modality",
                "text",
                "--data",
                prose.toString(),
                "--tokenizer",
                tokenizer)));
    assertTrue(screen.err().contains("train.jsonl"), screen.err());
    List<String> other = new ArrayList<>(pretrain("x", Made.TEXT, "--modality", "text"));
    other.addAll(List.of("--tokenizer", tokenizer, "--set", "model.text.vocabulary=300"));
    assertEquals(1, d2v(other));
    assertTrue(screen.err().contains("has 280 tokens, model.text.vocabulary is 300"), screen.err());
    assertFalse(Files.exists(folder.resolve("x")));
    assertEquals(1, d2v(pretrain("x", List.of(), "--init-from", "nobody")));
    assertTrue(screen.err().contains("there is no run 'nobody'"), screen.err());
  }
}
