package dev.d2v.data.speech;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// The bytes of one file, read where they are wanted, so that a header costs no more than itself.
final class AudioBytes implements AutoCloseable {
  private static final long MAX_FILE_BYTES = 1L << 30;

  private final Path file;
  private final FileChannel channel;
  private final long size;

  private AudioBytes(Path file, FileChannel channel, long size) {
    this.file = file;
    this.channel = channel;
    this.size = size;
  }

  static AudioBytes open(Path file) throws UnreadableAudio {
    FileChannel channel;
    try {
      channel = FileChannel.open(file);
    } catch (NoSuchFileException e) {
      throw new UnreadableAudio(file, "the file has gone", e);
    } catch (IOException e) {
      throw new UnreadableAudio(file, "cannot be opened: " + e.getMessage(), e);
    }
    try {
      long size = channel.size();
      AudioBytes bytes = new AudioBytes(file, channel, size);
      if (size == 0) {
        throw bytes.unreadable("the file is empty");
      }
      if (size > MAX_FILE_BYTES) {
        throw bytes.unreadable("the file has %d bytes, over the limit".formatted(size));
      }
      return bytes;
    } catch (IOException e) {
      throw closed(channel, new UnreadableAudio(file, "cannot be read: " + e.getMessage(), e));
    } catch (UnreadableAudio e) {
      throw closed(channel, e);
    }
  }

  private static UnreadableAudio closed(FileChannel channel, UnreadableAudio failure) {
    try {
      channel.close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }

  Path file() {
    return file;
  }

  /// At most 1 GiB.
  int size() {
    return (int) size;
  }

  /// Up to `count` bytes from `offset`, fewer at the end of the file; little-endian.
  ByteBuffer at(int offset, int count) throws UnreadableAudio {
    return ByteBuffer.wrap(bytes(offset, count)).order(ByteOrder.LITTLE_ENDIAN);
  }

  /// The same as an array.
  byte[] bytes(int offset, int count) throws UnreadableAudio {
    byte[] bytes = new byte[Math.clamp(size - offset, 0, count)];
    ByteBuffer out = ByteBuffer.wrap(bytes);
    try {
      while (out.hasRemaining()) {
        if (channel.read(out, offset + out.position()) < 0) {
          throw unreadable("the file became shorter while it was read");
        }
      }
    } catch (IOException e) {
      throw new UnreadableAudio(file, "cannot be read: " + e.getMessage(), e);
    }
    return bytes;
  }

  /// All bytes from `offset`.
  byte[] from(int offset) throws UnreadableAudio {
    return bytes(offset, size() - offset);
  }

  /// This file is unreadable for a reason.
  UnreadableAudio unreadable(String reason) {
    return new UnreadableAudio(file, reason);
  }

  @Override
  public void close() throws UnreadableAudio {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UnreadableAudio(file, "cannot be closed: " + e.getMessage(), e);
    }
  }
}
