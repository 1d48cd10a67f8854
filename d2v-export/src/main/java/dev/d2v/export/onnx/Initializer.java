package dev.d2v.export.onnx;

import java.io.IOException;
import java.util.Arrays;

/// A constant tensor of a graph, whose numbers are made when the file is written.
///
/// @param name of the value
/// @param type of its elements
/// @param dims its extents; none: a scalar
/// @param content gives its numbers, row-major
public record Initializer(String name, OnnxType type, long[] dims, Content content) {
  /// Gives the numbers.
  @FunctionalInterface
  public interface Content {
    /// Puts exactly as many as the extents say.
    void writeTo(RawSink sink) throws IOException;
  }

  /// Bytes of its numbers.
  public long bytes() {
    return Arrays.stream(dims).reduce(type.bytes(), Math::multiplyExact);
  }

  /// The message up to its numbers, which follow as the last field, or lie in another file.
  Wire header() {
    Wire wire = new Wire();
    for (long dim : dims) {
      wire.number(1, dim);
    }
    return wire.number(2, type.number()).text(8, name);
  }
}
