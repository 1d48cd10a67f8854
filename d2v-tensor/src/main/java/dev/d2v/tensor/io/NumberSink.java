package dev.d2v.tensor.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/// Takes numbers in pieces and writes them to a file, little-endian. Not for several threads.
public final class NumberSink implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 20;

  private final FileChannel channel;
  private final Arena arena = Arena.ofConfined();
  private final ByteBuffer buffer;
  private long written;

  NumberSink(FileChannel channel) {
    this.channel = channel;
    this.buffer = arena.allocate(BUFFER_BYTES, 8).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  /// Writes `count` values from `from` on.
  public void put(float[] values, int from, int count) throws IOException {
    for (int done = 0; done < count; ) {
      int n = Math.min(count - done, room());
      buffer.asFloatBuffer().put(values, from + done, n);
      advance(4 * n);
      done += n;
    }
  }

  /// Writes `count` values from `from` on.
  public void put(int[] values, int from, int count) throws IOException {
    for (int done = 0; done < count; ) {
      int n = Math.min(count - done, room());
      buffer.asIntBuffer().put(values, from + done, n);
      advance(4 * n);
      done += n;
    }
  }

  /// Writes `count` values from `from` on: BF16 numbers, by their bits.
  public void put(short[] values, int from, int count) throws IOException {
    for (int done = 0; done < count; ) {
      int n = Math.min(count - done, 2 * room());
      buffer.asShortBuffer().put(values, from + done, n);
      advance(2 * n);
      done += n;
    }
  }

  /// Writes bytes as they are: I8 numbers.
  public void put(byte[] bytes) throws IOException {
    flush();
    ByteBuffer rest = ByteBuffer.wrap(bytes);
    while (rest.hasRemaining()) {
      written += channel.write(rest);
    }
  }

  /// Bytes taken so far.
  long written() {
    return written + buffer.position();
  }

  /// Hands what is buffered to the file.
  void flush() throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      written += channel.write(buffer);
    }
    buffer.clear();
  }

  private int room() throws IOException {
    if (buffer.remaining() < 4) {
      flush();
    }
    return buffer.remaining() / 4;
  }

  private void advance(int bytes) {
    buffer.position(buffer.position() + bytes);
  }

  /// Frees the buffer; what is in it and was not flushed is lost.
  @Override
  public void close() {
    arena.close();
  }
}
