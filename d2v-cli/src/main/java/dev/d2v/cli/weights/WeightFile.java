package dev.d2v.cli.weights;

import dev.d2v.tensor.io.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// A file with its size and hash.
///
/// @param path where it is
/// @param bytes its length
/// @param sha256 the SHA-256 of its content in hexadecimal, when it was asked for
record WeightFile(Path path, long bytes, Optional<String> sha256) {
  static WeightFile of(Path path, boolean hash) throws IOException {
    return new WeightFile(
        path, Files.size(path), hash ? Optional.of(Sha256.of(path)) : Optional.empty());
  }
}
