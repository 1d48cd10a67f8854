package dev.d2v.cli.run;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.Map;
import java.util.zip.CRC32C;

/// Scalars in the file format of TensorBoard.
///
/// A file is a row of TFRecords, each `length (u64) | crc(length) (u32) | data | crc(data) (u32)`,
/// little-endian, with masked CRC-32C: `rotate right by 15, plus 0xa282ead8`. The data is a
/// protocol buffer:
///
/// ```
/// Event   { wall_time = 1 (double)  step = 2 (int64)  file_version = 3 (string)  summary = 5 (Summary)
///           session_log = 7 (SessionLog) }
/// Summary { value = 1 (repeated Value) }
/// Value   { tag = 1 (string)  simple_value = 2 (float) }
/// SessionLog { status = 1 (enum, START = 1) }
/// ```
///
/// Every start of a run writes a file of its own, which TensorBoard joins. Each says with which
/// step it starts: TensorBoard then forgets what it has from that step on, so that steps which are
/// computed again after a resume replace the old ones. It does so from the second such record on.
public final class TensorBoardWriter implements AutoCloseable {
  private static final String VERSION = "brain.Event:2";
  private static final byte[] START = {1 << 3, 1};
  private static final int MASK = 0xa282ead8;

  private final FileChannel channel;
  private final Clock clock;

  private TensorBoardWriter(FileChannel channel, Clock clock) {
    this.channel = channel;
    this.clock = clock;
  }

  /// Begins a new file in an existing folder.
  ///
  /// @param first the first step that will be written
  public static TensorBoardWriter create(Path folder, long first, Clock clock) throws IOException {
    long seconds = clock.instant().getEpochSecond();
    TensorBoardWriter writer = new TensorBoardWriter(open(folder, seconds), clock);
    writer.record(
        message(out -> bytes(out, 3, VERSION.getBytes(StandardCharsets.UTF_8)), writer.now(), 0));
    writer.record(message(out -> bytes(out, 7, START), writer.now(), first));
    return writer;
  }

  /// A name of its own even when two starts fall into one second.
  private static FileChannel open(Path folder, long seconds) throws IOException {
    for (int start = 0; ; start++) {
      Path file = folder.resolve("events.out.tfevents.%010d.d2v.%d".formatted(seconds, start));
      try {
        return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      } catch (FileAlreadyExistsException e) {
        if (start == 1000) {
          throw e;
        }
      }
    }
  }

  /// Appends one event with these scalars by tag.
  public void write(long step, Map<String, Double> scalars) throws IOException {
    ByteArrayOutputStream summary = new ByteArrayOutputStream();
    scalars.forEach((tag, value) -> {
      ByteArrayOutputStream entry = new ByteArrayOutputStream();
      bytes(entry, 1, tag.getBytes(StandardCharsets.UTF_8));
      entry.write(2 << 3 | 5);
      entry.writeBytes(little(4).putFloat(value.floatValue()).array());
      bytes(summary, 1, entry.toByteArray());
    });
    record(message(out -> bytes(out, 5, summary.toByteArray()), now(), step));
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private double now() {
    return clock.millis() / 1000.0;
  }

  private interface Body {
    void writeTo(ByteArrayOutputStream out);
  }

  private static byte[] message(Body body, double wallTime, long step) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(1 << 3 | 1);
    out.writeBytes(little(8).putDouble(wallTime).array());
    out.write(2 << 3);
    varint(out, step);
    body.writeTo(out);
    return out.toByteArray();
  }

  private static void bytes(ByteArrayOutputStream out, int field, byte[] content) {
    out.write(field << 3 | 2);
    varint(out, content.length);
    out.writeBytes(content);
  }

  private static void varint(ByteArrayOutputStream out, long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  /// One call for the whole record, so that a kill tears at most the last one.
  private void record(byte[] data) throws IOException {
    byte[] length = little(8).putLong(data.length).array();
    ByteBuffer record = little(8 + 4 + data.length + 4);
    record.put(length).putInt(maskedCrc(length)).put(data).putInt(maskedCrc(data)).flip();
    while (record.hasRemaining()) {
      channel.write(record);
    }
  }

  private static int maskedCrc(byte[] data) {
    CRC32C crc = new CRC32C();
    crc.update(data);
    return Integer.rotateRight((int) crc.getValue(), 15) + MASK;
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
