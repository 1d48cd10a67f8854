package dev.d2v.export.onnx;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/// Takes the numbers of an initializer in pieces and writes them to a file, little-endian.
public final class RawSink {
  private static final int BUFFER_BYTES = 1 << 20;

  private final FileChannel channel;
  private final ByteBuffer buffer =
      ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private long flushed;

  RawSink(FileChannel channel) {
    this.channel = channel;
  }

  /// Writes floats.
  public void put(float[] values) throws IOException {
    for (float value : values) {
      room(Float.BYTES).putFloat(value);
    }
  }

  /// Writes 64-bit whole numbers.
  public void put(long[] values) throws IOException {
    for (long value : values) {
      room(Long.BYTES).putLong(value);
    }
  }

  /// Writes bytes.
  public void put(byte[] values) throws IOException {
    for (int from = 0; from < values.length; ) {
      int n = Math.min(values.length - from, room(1).remaining());
      buffer.put(values, from, n);
      from += n;
    }
  }

  private ByteBuffer room(int bytes) throws IOException {
    if (buffer.remaining() < bytes) {
      flush();
    }
    return buffer;
  }

  /// Bytes taken so far.
  long written() {
    return flushed + buffer.position();
  }

  void flush() throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      flushed += channel.write(buffer);
    }
    buffer.clear();
  }
}
