package dev.d2v.model;

import dev.d2v.nn.Parameter;
import dev.d2v.nn.Storage;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.StoredMatrix;
import dev.d2v.tensor.spi.Backend;
import dev.d2v.tensor.spi.MemoryBlock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Memory of the parameters that inference keeps in fewer bits than 32: the values of each, and the
/// scales of its rows, in one block.
final class NarrowMemory {
  private static final long ALIGN = 64;

  private NarrowMemory() {}

  /// Binds those parameters that the storage keeps in fewer bits; null: there are none.
  static @Nullable MemoryBlock bind(Backend backend, List<Parameter> parameters, Storage storage) {
    long bytes = 0;
    for (Parameter p : parameters) {
      bytes = Math.addExact(bytes, bytes(p, storage));
    }
    if (bytes == 0) {
      return null;
    }
    MemoryBlock block = backend.allocate(bytes);
    long at = 0;
    for (Parameter p : parameters) {
      DType type = storage.of(p.use());
      if (type != DType.F32) {
        Tensor values =
            new Tensor(block.slice(at, type.bytes() * p.shape().size()), p.shape(), type);
        Tensor scale = null;
        if (type == DType.I8) {
          long behind = at + aligned(values.bytes());
          int rows = p.shape().dim(0);
          scale = new Tensor(block.slice(behind, 4L * rows), Shape.of(rows), DType.F32);
        }
        p.bind(new StoredMatrix(values, scale));
        at += bytes(p, storage);
      }
    }
    return block;
  }

  private static long bytes(Parameter p, Storage storage) {
    DType type = storage.of(p.use());
    if (type == DType.F32) {
      return 0;
    }
    long scales = type == DType.I8 ? aligned(4L * p.shape().dim(0)) : 0;
    return aligned(Math.multiplyExact(p.shape().size(), (long) type.bytes())) + scales;
  }

  private static long aligned(long bytes) {
    return (bytes + ALIGN - 1) / ALIGN * ALIGN;
  }
}
