package dev.d2v.cli.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/// A file with its size and hash.
///
/// @param path where it is
/// @param bytes its length
/// @param sha256 the SHA-256 of its content in hexadecimal, when it was asked for
record WeightFile(Path path, long bytes, Optional<String> sha256) {
  static WeightFile of(Path path, boolean hash) throws IOException {
    return new WeightFile(
        path, Files.size(path), hash ? Optional.of(sha256(path)) : Optional.empty());
  }

  private static String sha256(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      ByteBuffer buffer = ByteBuffer.allocate(1 << 20);
      while (channel.read(buffer) >= 0) {
        digest.update(buffer.flip());
        buffer.clear();
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
