package dev.d2v.export;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What onnxruntime computes with an exported file is what d2v computes with the model.
final class Agreement {
  private static final float WITHIN = 1e-4f;

  private Agreement() {}

  /// Exports and compares tokens, vectors and masks of batches.
  ///
  /// @param dims of the pixels of an image; none for sequences
  static void holds(Path model, Path folder, ExportOptions options, Batches batches, long... dims)
      throws Exception {
    Path file = folder.resolve("exported.onnx");
    OnnxExport.write(model, file, options);
    try (Exported exported = new Exported(file)) {
      for (Sent sent : batches.batches) {
        Received expected = Original.run(model, options.teacher(), batches.key, sent);
        close(expected, exported.run(sent, dims));
      }
    }
  }

  /// @param key of the modality of a model that reads several, or null
  record Batches(@Nullable String key, Sent... batches) {}

  private static void close(Received expected, Received got) {
    assertEquals(expected.samples(), got.samples());
    assertEquals(expected.count(), got.count());
    assertTrue(largest(expected.vectors()) > 1e-2, "the vectors are not all zeros");
    int[] there = Objects.requireNonNull(expected.there());
    for (int i = 0; i < there.length; i++) {
      if (there[i] != 0) {
        for (int c = 0; c < expected.width(); c++) {
          int at = i * expected.width() + c;
          assertEquals(
              expected.tokens()[at], got.tokens()[at], WITHIN, "token " + i + ", channel " + c);
        }
      }
    }
    assertArrayEquals(expected.vectors(), got.vectors(), WITHIN);
    if (got.there() != null) {
      assertArrayEquals(expected.there(), got.there());
    }
  }

  private static float largest(float[] x) {
    float largest = 0;
    for (float v : x) {
      largest = Math.max(largest, Math.abs(v));
    }
    return largest;
  }
}
