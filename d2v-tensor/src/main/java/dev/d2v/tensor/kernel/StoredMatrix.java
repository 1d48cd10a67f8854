package dev.d2v.tensor.kernel;

import dev.d2v.tensor.Checks;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// A weight that is kept in fewer bits than it is computed in: `w(i,k) = scale(i) * values(i,k)` of
/// I8 values, symmetric about zero, with a factor for each row; or BF16 values as they are.
///
/// @param values (rows,K), I8 or BF16
/// @param scale (rows) F32 with I8, none with BF16
public record StoredMatrix(Tensor values, @Nullable Tensor scale) {
  /// Checks that type and scale fit.
  public StoredMatrix {
    boolean bytes = values.type() == DType.I8;
    Checks.that(bytes || values.type() == DType.BF16, "stored matrix", "I8 or BF16, got " + values);
    Checks.that(
        bytes == (scale != null),
        "stored matrix",
        bytes ? "I8 values need a scale for each row" : "BF16 values have no scale");
  }

  /// Whether the values are I8.
  public boolean int8() {
    return values.type() == DType.I8;
  }

  /// Bytes of values and scales.
  public long bytes() {
    return values.bytes() + (scale == null ? 0 : scale.bytes());
  }

  /// Fails unless there are so many rows and columns.
  public void check(String operation, int rows, int K) {
    Checks.holds(values, values.type(), (long) rows * K, operation, "the weight's values");
    if (scale != null) {
      Checks.floats(scale, rows, operation, "the weight's scale");
    }
  }
}
