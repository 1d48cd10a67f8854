package dev.d2v.cli.job;

import dev.d2v.data.text.BpeTrainer;
import dev.d2v.data.text.TextSource;
import dev.d2v.data.text.TextUnit;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/// Small data of every modality, and settings under which recipes train on it in a second.
public final class Made {
  private Made() {}

  /// Settings for any modality.
  public static final List<String> SMALL =
      List.of(
          "model.embedDim=16",
          "model.depth=1",
          "model.heads=2",
          "model.masksPerSample=2",
          "model.targets.topLayers=1",
          "probe.layers=1",
          "train.batch=4",
          "train.checkpointEvery=4",
          "train.updates=8");

  /// Settings for speech.
  public static final List<String> SPEECH =
      List.of("model.speech.decoder.dim=16", "model.speech.decoder.layers=1");

  /// Settings for text.
  public static final List<String> TEXT =
      List.of("model.text.decoder.dim=16", "model.text.decoder.layers=1", "data.text.length=12");

  /// Settings for images.
  public static final List<String> IMAGE =
      List.of("model.image.decoder.dim=16", "model.image.decoder.layers=1");

  /// `train` and `test` with a folder of tones for each of two classes.
  public static Path words(Path folder) throws IOException {
    Random random = new Random(1);
    for (String part : List.of("train", "test")) {
      for (int c = 0; c < 2; c++) {
        Path to = Files.createDirectories(folder.resolve(part).resolve(c == 0 ? "low" : "high"));
        for (int i = 0; i < 6; i++) {
          int samples = 3_000 + 200 * random.nextInt(4);
          Files.write(to.resolve(i + ".wav"), tone(c == 0 ? 200 : 900, samples, random));
        }
      }
    }
    return folder;
  }

  /// `train-clean` and `test-clean` in LibriSpeech's layout, two speakers in each, others in the
  /// second.
  public static Path sentences(Path folder) throws IOException {
    Random random = new Random(3);
    int speaker = 10;
    for (String part : List.of("train-clean", "test-clean")) {
      for (int s = 0; s < 2; s++, speaker++) {
        Path chapter = folder.resolve("%s/%d/7".formatted(part, speaker));
        Files.createDirectories(chapter);
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 6; i++) {
          String name = "%d-7-%04d".formatted(speaker, i);
          lines.append(name).append(" A TONE%n".formatted());
          Files.write(chapter.resolve(name + ".wav"), tone(100 * speaker, 3_000, random));
        }
        Files.writeString(chapter.resolve(speaker + "-7.trans.txt"), lines);
      }
    }
    return folder;
  }

  /// fairseq's manifest of the recordings below a folder, each of so many samples, written into it.
  public static Path manifest(Path folder, int samples) throws IOException {
    StringBuilder lines = new StringBuilder(folder.toAbsolutePath() + "\n");
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".wav")).sorted().toList()) {
        lines.append("%s\t%d%n".formatted(folder.relativize(file), samples));
      }
    }
    return Files.writeString(folder.resolve("all.tsv"), lines);
  }

  /// A WAV file of 16 bits at 16 kHz.
  public static byte[] tone(double hz, int samples, Random random) {
    ByteBuffer out = ByteBuffer.allocate(44 + 2 * samples).order(ByteOrder.LITTLE_ENDIAN);
    out.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(36 + 2 * samples);
    out.put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII)).putInt(16);
    out.putShort((short) 1).putShort((short) 1).putInt(16_000).putInt(32_000);
    out.putShort((short) 2).putShort((short) 16);
    out.put("data".getBytes(StandardCharsets.US_ASCII)).putInt(2 * samples);
    for (int i = 0; i < samples; i++) {
      double x = Math.sin(2 * Math.PI * hz * i / 16_000) + 0.3 * random.nextGaussian();
      out.putShort((short) (6_000 * x));
    }
    return out.array();
  }

  /// `train.jsonl` and `test.jsonl` with two classes, and `tokenizer.json`.
  public static Path prose(Path folder) throws IOException {
    Files.createDirectories(folder);
    String[][] words = {{"cat", "dog", "cow", "hen"}, {"red", "blue", "green", "grey"}};
    Random random = new Random(2);
    for (String part : List.of("train", "test")) {
      StringBuilder lines = new StringBuilder();
      for (int i = 0; i < 24; i++) {
        StringBuilder text = new StringBuilder("the");
        for (int w = 0; w < 6; w++) {
          text.append(' ').append(words[i % 2][random.nextInt(4)]);
        }
        lines.append("{\"text\": \"%s\", \"label\": \"%d\"}%n".formatted(text, i % 2));
      }
      Files.writeString(folder.resolve(part + ".jsonl"), lines);
    }
    TextSource source = TextSource.of(List.of(folder.resolve("train.jsonl")), TextUnit.LINE);
    BpeTrainer.train(source, 280).save(folder.resolve("tokenizer.json"));
    return folder;
  }

  /// A folder of IDX files: images of 28 x 28 of two classes.
  public static Path images(Path folder) throws IOException {
    int count = 40;
    Files.createDirectories(folder);
    ByteBuffer images = ByteBuffer.allocate(16 + count * 28 * 28);
    ByteBuffer labels = ByteBuffer.allocate(8 + count);
    images.putInt(0x803).putInt(count).putInt(28).putInt(28);
    labels.putInt(0x801).putInt(count);
    Random random = new Random(1);
    for (int i = 0; i < count; i++) {
      labels.put((byte) (i % 2));
      for (int p = 0; p < 28 * 28; p++) {
        images.put((byte) (random.nextInt(100) + 150 * (i % 2)));
      }
    }
    Files.write(folder.resolve("train-images-idx3-ubyte"), images.array());
    Files.write(folder.resolve("train-labels-idx1-ubyte"), labels.array());
    return folder;
  }
}
