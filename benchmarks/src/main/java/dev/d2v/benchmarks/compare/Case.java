package dev.d2v.benchmarks.compare;

import dev.d2v.tensor.kernel.ConvShape;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/// One kernel at one shape, written `matmulNT:1970x768x768`.
///
/// @param operation which kernel
/// @param dims its sizes, in the order of [Operation#dimensions]
public record Case(Operation operation, int... dims) {
  /// Checks the number of sizes and that they are positive.
  public Case {
    int expected = operation.dimensions().size();
    if (dims.length != expected || Arrays.stream(dims).anyMatch(d -> d < 1)) {
      throw new IllegalArgumentException(
          "%s takes %d positive sizes (%s), got %s"
              .formatted(
                  operation.label(),
                  expected,
                  String.join("x", operation.dimensions()),
                  Arrays.toString(dims)));
    }
    dims = dims.clone();
  }

  /// Reads `kernel:1x2x3`.
  public static Case parse(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException(
          "a case is written like matmulNT:1970x768x768, got '" + text + "'");
    }
    try {
      int[] dims =
          Arrays.stream(text.substring(colon + 1).split("x", -1))
              .mapToInt(Integer::parseInt)
              .toArray();
      return new Case(Operation.named(text.substring(0, colon)), dims);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "sizes are whole numbers with x between them, got '" + text + "'", e);
    }
  }

  /// The size of that number.
  public int dim(int i) {
    return dims[i];
  }

  @Override
  public int[] dims() {
    return dims.clone();
  }

  /// Multiplications and additions of products; 0 for what is bound by memory.
  public long flops() {
    return operation.flops(dims);
  }

  /// Bytes read and written, each tensor once.
  public long bytes() {
    return 4 * operation.elements(dims);
  }

  /// The geometry of a convolution.
  public ConvShape conv() {
    return Operation.conv(dims);
  }

  /// The sizes with x between them.
  public String shape() {
    return Arrays.stream(dims).mapToObj(Integer::toString).collect(Collectors.joining("x"));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Case c && c.operation == operation && Arrays.equals(c.dims, dims);
  }

  @Override
  public int hashCode() {
    return 31 * operation.hashCode() + Arrays.hashCode(dims);
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s:%s", operation.label(), shape());
  }
}
