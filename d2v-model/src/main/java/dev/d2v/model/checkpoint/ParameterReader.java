package dev.d2v.model.checkpoint;

import dev.d2v.nn.Parameter;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.io.Narrowing;
import dev.d2v.tensor.io.RestoredTensors;
import dev.d2v.tensor.kernel.StoredMatrix;
import dev.d2v.tensor.spi.Backend;
import org.jspecify.annotations.Nullable;

/// Puts numbers into parameters, in whatever a model keeps them: F32, BF16, or I8 with scales. What
/// a file has in I8 already is copied.
public final class ParameterReader {
  private final RestoredTensors file;
  private final Backend backend;

  /// Reads from a file into memory of a backend.
  public ParameterReader(RestoredTensors file, Backend backend) {
    this.file = file;
    this.backend = backend;
  }

  /// A whole parameter from a tensor of as many numbers.
  public void read(Parameter p, String name) {
    StoredMatrix stored = p.stored();
    if (stored == null) {
      file.read(name, p.value(), backend);
    } else {
      rows(p, 0, p.shape().dim(0), name, null);
    }
  }

  /// Rows `from` to `to` of a parameter from a tensor of as many.
  ///
  /// @param factors of the rows; null: all 1
  public void rows(Parameter p, int from, int to, String name, float @Nullable [] factors) {
    StoredMatrix stored = p.stored();
    Tensor part = (stored == null ? p.value() : stored.values()).slice(from, to);
    Tensor scale = stored == null ? null : stored.scale();
    if (scale != null && file.quantized(name)) {
      file.readValues(name, part, backend);
      backend.upload(scale.slice(from, to), multiplied(file.scales(name), factors));
    } else if (scale == null && factors == null) {
      file.read(name, part, backend);
    } else {
      put(p, from, to, multiplied(file.floats(name), factors));
    }
  }

  /// Rows `from` to `to` of a parameter from numbers at hand.
  public void put(Parameter p, int from, int to, float[] x) {
    StoredMatrix stored = p.stored();
    if (stored == null) {
      backend.upload(p.value().slice(from, to), x);
      return;
    }
    Tensor part = stored.values().slice(from, to);
    Tensor scale = stored.scale();
    if (scale == null) {
      backend.upload(part, Narrowing.bf16(x));
      return;
    }
    try {
      Narrowing.Int8 narrow = Narrowing.int8(x, to - from);
      backend.upload(part, narrow.values());
      backend.upload(scale.slice(from, to), narrow.scale());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "%s: %s cannot be kept as int8: %s".formatted(file.path(), p.name(), e.getMessage()), e);
    }
  }

  private static float[] multiplied(float[] x, float @Nullable [] factors) {
    if (factors != null && factors.length > 0) {
      int each = x.length / factors.length;
      for (int row = 0; row < factors.length; row++) {
        float factor = factors[row];
        for (int i = row * each; i < (row + 1) * each; i++) {
          x[i] *= factor;
        }
      }
    }
    return x;
  }
}
