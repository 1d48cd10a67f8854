package dev.d2v.cli;

import dev.d2v.model.checkpoint.Weights;
import dev.d2v.testkit.PublishedModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/// A model that opens, and whose vectors are not finite.
public final class DamagedModel {
  private DamagedModel() {}

  /// Reads images; one number of its last norm is NaN.
  public static Path vision(Path folder) throws IOException {
    PublishedModel.vision(folder);
    long begin;
    try (Weights weights = Weights.open(folder)) {
      begin = weights.tensors().entry("layernorm.bias").begin();
    }
    Path file = folder.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat((int) begin, Float.NaN);
    Files.write(file, bytes);
    return folder;
  }
}
