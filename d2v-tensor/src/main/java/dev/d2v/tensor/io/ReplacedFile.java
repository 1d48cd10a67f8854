package dev.d2v.tensor.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/// Writes a file so that its name always stands for the old content or the new one, whole: into a
/// temporary file beside it, forced to the disk, renamed over it, and the folder forced too.
public final class ReplacedFile {
  private ReplacedFile() {}

  /// Writes the content.
  @FunctionalInterface
  public interface Content {
    /// Writes into a new, empty file.
    void writeTo(FileChannel channel) throws IOException;
  }

  /// Replaces or makes `target`. When `content` fails, the target is as it was and the temporary
  /// file is gone.
  public static void write(Path target, Content content) throws IOException {
    Path file = target.toAbsolutePath();
    Path folder = file.getParent();
    Path name = file.getFileName();
    if (folder == null || name == null) {
      throw new IOException(target + " is not the name of a file");
    }
    String unique = Long.toHexString(ThreadLocalRandom.current().nextLong());
    Path temporary = folder.resolve("." + name + "." + unique + ".tmp");
    try {
      try (FileChannel channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        content.writeTo(channel);
        channel.force(true);
      }
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
    // A folder can be opened, and needs forcing, on POSIX systems only.
    if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }
}
