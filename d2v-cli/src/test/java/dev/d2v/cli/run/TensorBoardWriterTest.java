package dev.d2v.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TensorBoardWriterTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-01-02T03:04:05.500Z"), ZoneOffset.UTC);

  @TempDir private Path folder;

  /// An event as an independent reader sees it.
  private record Event(double wallTime, long step, String status, Map<String, Float> scalars) {}

  @Test
  @DisplayName("the file decodes to the version, the start and the scalars, every checksum right")
  void decodes() throws IOException {
    Map<String, Double> scalars = new LinkedHashMap<>();
    scalars.put("loss", 0.25);
    scalars.put("optimiser/learning_rate", 1e-3);
    try (TensorBoardWriter writer = TensorBoardWriter.create(folder, 5, CLOCK)) {
      writer.write(5, scalars);
      writer.write(1L << 40, Map.of("loss", Double.NaN));
    }
    List<Event> events = read(files().getFirst());
    double time = CLOCK.millis() / 1000.0;
    assertEquals(
        List.of(
            new Event(time, 0, "brain.Event:2", Map.of()),
            new Event(time, 5, "START", Map.of()),
            new Event(time, 5, "", Map.of("loss", 0.25f, "optimiser/learning_rate", 1e-3f)),
            new Event(time, 1L << 40, "", Map.of("loss", Float.NaN))),
        events);
  }

  @Test
  @DisplayName("every start has a file of its own, with the name that TensorBoard looks for")
  void starts() throws IOException {
    TensorBoardWriter.create(folder, 1, CLOCK).close();
    TensorBoardWriter.create(folder, 1, CLOCK).close();
    List<Path> files = files();
    assertEquals(2, files.size());
    for (Path file : files) {
      assertTrue(file.getFileName().toString().startsWith("events.out.tfevents.1767323045."));
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private static List<Event> read(Path file) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<Event> events = new ArrayList<>();
    while (in.hasRemaining()) {
      byte[] length = take(in, 8);
      assertEquals(masked(length), in.getInt());
      byte[] data =
          take(in, (int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong());
      assertEquals(masked(data), in.getInt());
      events.add(event(ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN)));
    }
    return events;
  }

  private static Event event(ByteBuffer in) {
    double wallTime = 0;
    long step = 0;
    String status = "";
    Map<String, Float> scalars = new LinkedHashMap<>();
    while (in.hasRemaining()) {
      switch (in.get()) {
        case 0x09 -> wallTime = in.getDouble();
        case 0x10 -> step = varint(in);
        case 0x1a -> status = new String(take(in, (int) varint(in)), StandardCharsets.UTF_8);
        case 0x2a -> summary(nested(in), scalars);
        case 0x3a -> {
          assertEquals(ByteBuffer.wrap(new byte[] {0x08, 1}), nested(in));
          status = "START";
        }
        default -> throw new AssertionError("unknown field");
      }
    }
    return new Event(wallTime, step, status, scalars);
  }

  private static void summary(ByteBuffer in, Map<String, Float> scalars) {
    while (in.hasRemaining()) {
      assertEquals(0x0a, in.get());
      ByteBuffer value = nested(in);
      assertEquals(0x0a, value.get());
      String tag = new String(take(value, (int) varint(value)), StandardCharsets.UTF_8);
      assertEquals(0x15, value.get());
      scalars.put(tag, value.getFloat());
    }
  }

  private static ByteBuffer nested(ByteBuffer in) {
    return ByteBuffer.wrap(take(in, (int) varint(in))).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] take(ByteBuffer in, int count) {
    byte[] bytes = new byte[count];
    in.get(bytes);
    return bytes;
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte b = in.get();
      value |= (b & 0x7fL) << shift;
      if (b >= 0) {
        return value;
      }
    }
  }

  /// CRC-32C bit by bit, reversed polynomial 0x82f63b78, then TensorFlow's mask.
  private static int masked(byte[] data) {
    int crc = -1;
    for (byte b : data) {
      crc ^= b & 0xff;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) == 0 ? crc >>> 1 : (crc >>> 1) ^ 0x82f63b78;
      }
    }
    crc = ~crc;
    return ((crc >>> 15) | (crc << 17)) + 0xa282ead8;
  }
}
