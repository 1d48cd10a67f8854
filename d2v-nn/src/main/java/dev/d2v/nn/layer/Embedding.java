package dev.d2v.nn.layer;

import dev.d2v.nn.Initializer;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.nn.Storage;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.StoredMatrix;

/// `y[j] = table[id[j]]`: a row of a table for each id.
///
/// Where: `weight` table (rows,C), ids (...) I32, y (...,C). The padding id's row is read like any
/// other, but gets no gradient. It is no [dev.d2v.nn.Layer]: an id has no gradient. Derivation:
/// docs/derivations/embedding.md.
public final class Embedding {
  /// Instead of a padding id: all rows are trained.
  public static final int NO_PADDING = -1;

  private record Saved(Tensor index) {}

  private final Parameter weight;
  private final int rows;
  private final int C;
  private final int padding;

  /// Declares `weight` in the scope.
  ///
  /// @param padding the id whose row gets no gradient, or [#NO_PADDING]
  public Embedding(ParameterScope scope, int rows, int C, int padding, Initializer initializer) {
    if (padding < NO_PADDING || padding >= rows) {
      throw new IllegalArgumentException(
          "embedding: the padding id must be one of the %d rows, got %d".formatted(rows, padding));
    }
    this.weight = scope.parameter("weight", Shape.of(rows, C), initializer, Storage.Use.ROWS);
    this.rows = rows;
    this.C = C;
    this.padding = padding;
  }

  /// What [#forward] takes, for the host to upload: in the indices of
  /// [dev.d2v.tensor.kernel.GatherKernels], `-1-id`, a row of the second table, whose gradient is
  /// added to, and for padding the id itself, a row of the first, whose gradient is assigned and
  /// dropped. Fails on an id that the table does not have.
  public int[] index(int[] ids) {
    return index(ids, rows, padding);
  }

  /// [#index] for a table of so many rows.
  public static int[] index(int[] ids, int rows, int padding) {
    int[] index = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0 || ids[i] >= rows) {
        throw new IllegalArgumentException(
            "embedding: id %d at place %d; the table has rows 0 to %d: was the data made with another vocabulary?"
                .formatted(ids[i], i, rows - 1));
      }
      index[i] = ids[i] == padding ? padding : -1 - ids[i];
    }
    return index;
  }

  /// The rows that an uploaded [#index] names.
  public Tensor forward(Tensor index, Pass pass) {
    int[] dims = java.util.Arrays.copyOf(index.shape().toArray(), index.shape().rank() + 1);
    dims[dims.length - 1] = C;
    Tensor y = pass.take(dims);
    int n = index.shape().intSize();
    StoredMatrix stored = weight.stored();
    if (stored == null) {
      Tensor table = weight.compute();
      pass.kernels().gather().gatherRows(y, table, table, index, n, C);
    } else {
      pass.kernels().storage().storedRows(y, stored, index, n, C);
    }
    pass.save(this, new Saved(index));
    return y;
  }

  /// `dtable[i] += sum of dy[j] with id[j] = i`, but for the padding.
  public void backwardParameters(Tensor dy, Pass pass) {
    int n = Rows.of(dy, C, "gradient of " + weight.name());
    Saved s = pass.restore(this, Saved.class);
    if (!weight.hasGradient()) {
      return;
    }
    try (var _ = pass.workspace().mark()) {
      int dropped = padding + 1;
      pass.kernels()
          .gather()
          .scatterRows(pass.take(dropped, C), weight.gradient(), dy, s.index, n, dropped, rows, C);
    }
  }

  /// The table (rows,C).
  public Parameter weight() {
    return weight;
  }
}
