package dev.d2v.tensor.kernel.scalar;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.parallel.Parts;
import dev.d2v.tensor.parallel.RowParallel;
import java.lang.foreign.ValueLayout;
import java.util.function.LongConsumer;

/// Access to tensors element by element, as doubles, and loops over their rows.
final class Elements {
  private Elements() {}

  static double get(Tensor t, long i) {
    return t.data().getAtIndex(ValueLayout.JAVA_FLOAT, i);
  }

  static void set(Tensor t, long i, double value) {
    t.data().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) value);
  }

  static void add(Tensor t, long i, double value) {
    set(t, i, get(t, i) + value);
  }

  static int index(Tensor t, long i) {
    return t.data().getAtIndex(ValueLayout.JAVA_INT, i);
  }

  /// Runs `body` for every row in [0, rows), in parts that depend on the width of a row.
  static void forEach(RowParallel parallel, long rows, long width, LongConsumer body) {
    Parts parts = Parts.rows(rows, width);
    parallel.run(
        parts.count(),
        (part, thread) -> {
          for (long row = parts.from(part); row < parts.to(part); row++) {
            body.accept(row);
          }
        });
  }
}
