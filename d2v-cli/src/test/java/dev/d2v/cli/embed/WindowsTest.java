package dev.d2v.cli.embed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.cli.bench.OwnJvm;
import dev.d2v.embed.Modality;
import dev.d2v.testkit.PublishedModel;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WindowsTest {
  private static final int HEAD = 44;

  @TempDir private Path folder = Path.of(".");

  /// Silence at 16 kHz, which takes no room on the disk.
  private Path recording(String name, int samples) throws IOException {
    Path file = folder.resolve(name);
    ByteBuffer head = ByteBuffer.allocate(HEAD).order(ByteOrder.LITTLE_ENDIAN);
    head.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(HEAD - 8 + 2 * samples);
    head.put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII)).putInt(16);
    head.putShort((short) 1).putShort((short) 1).putInt(16_000).putInt(32_000);
    head.putShort((short) 2).putShort((short) 16);
    head.put("data".getBytes(StandardCharsets.US_ASCII)).putInt(2 * samples);
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.write(head.array());
      out.setLength(HEAD + 2L * samples);
    }
    return file;
  }

  private static List<Integer> sizes(Windows windows) {
    List<Integer> sizes = new ArrayList<>();
    windows.forEachRemaining(window -> sizes.add(window.size()));
    return sizes;
  }

  @Test
  @DisplayName("eight batches of recordings go together, but no more samples than a heap holds")
  void recordings() throws IOException {
    Path minute = recording("minute.wav", 60 * 16_000);
    Path hour = recording("hour.wav", 3_600 * 16_000);
    List<Path> files = new ArrayList<>(List.of(hour, hour, minute, minute, hour, folder));
    assertEquals(List.of(1, 1, 2, 1, 1), sizes(new Windows(files, Set.of(Modality.SPEECH), 16)));
    files.clear();
    for (int i = 0; i < 10; i++) {
      files.add(minute);
    }
    assertEquals(List.of(8, 2), sizes(new Windows(files, Set.of(Modality.SPEECH), 1)));
  }

  @Test
  @DisplayName("images go by the batch, texts by eight, whatever the batch is")
  void others() throws IOException {
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      files.add(Files.writeString(folder.resolve(i + ".txt"), "text"));
    }
    assertEquals(List.of(16, 4), sizes(new Windows(files, Set.of(Modality.IMAGE), 16)));
    assertEquals(List.of(16, 4), sizes(new Windows(files, Set.of(Modality.TEXT), 2)));
    assertEquals(List.of(20), sizes(new Windows(files, Set.of(Modality.TEXT), 1 << 30)));
  }

  @Test
  @DisplayName("recordings that the heap cannot hold are left out and named; others get vectors")
  void smallHeap() throws Exception {
    Path model = PublishedModel.audio(folder.resolve("model"));
    Path clips = Files.createDirectories(folder.resolve("clips"));
    recording("clips/huge.wav", 20_000_000);
    for (int i = 0; i < 4; i++) {
      recording("clips/long%d.wav".formatted(i), 4_000_000);
    }
    recording("clips/short.wav", 16_000);
    String said =
        OwnJvm.run(folder, List.of("-Xmx64m"), "embed", model.toString(), clips.toString());
    assertTrue(said.contains("left out " + clips.resolve("huge.wav")), said);
    assertTrue(said.contains("{\"file\": \"%s\"".formatted(clips.resolve("short.wav"))), said);
    assertTrue(said.contains("vectors: "), said);
  }
}
