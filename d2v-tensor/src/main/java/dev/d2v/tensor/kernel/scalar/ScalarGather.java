package dev.d2v.tensor.kernel.scalar;

import static dev.d2v.tensor.kernel.scalar.Elements.add;
import static dev.d2v.tensor.kernel.scalar.Elements.forEach;
import static dev.d2v.tensor.kernel.scalar.Elements.get;
import static dev.d2v.tensor.kernel.scalar.Elements.index;
import static dev.d2v.tensor.kernel.scalar.Elements.set;

import dev.d2v.tensor.Checks;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.GatherKernels;
import dev.d2v.tensor.parallel.RowParallel;
import org.jspecify.annotations.Nullable;

/// Rows picked and put by index.
public final class ScalarGather implements GatherKernels {
  private final RowParallel parallel;

  /// Over these threads.
  public ScalarGather(RowParallel parallel) {
    this.parallel = parallel;
  }

  @Override
  public void gatherRows(Tensor y, Tensor x, @Nullable Tensor z, Tensor index, int n, int C) {
    Checks.floats("gatherRows", (long) n * C, "y", y);
    Checks.ints(index, n, "gatherRows", "index");
    forEach(
        parallel,
        n,
        C,
        j -> {
          long row = index(index, j);
          for (int c = 0; c < C; c++) {
            double extra = z == null || row >= 0 ? 0 : get(z, (-1 - row) * C + c);
            set(y, j * C + c, row >= 0 ? get(x, row * C + c) : extra);
          }
        });
  }

  @Override
  public void scatterRows(
      Tensor dx, @Nullable Tensor dz, Tensor dy, Tensor index, int n, int rowsX, int rowsZ, int C) {
    Checks.floats("scatterRows", (long) rowsX * C, "dx", dx);
    Checks.floats("scatterRows", (long) rowsZ * C, "dz", dz);
    Checks.floats("scatterRows", (long) n * C, "dy", dy);
    Checks.ints(index, n, "scatterRows", "index");
    // One column a part entry: each walks all rows in the order of j, so sums have one order.
    forEach(
        parallel,
        C,
        n,
        c -> {
          for (long i = 0; i < rowsX; i++) {
            set(dx, i * C + c, 0);
          }
          for (long j = 0; j < n; j++) {
            long row = index(index, j);
            if (row >= 0) {
              add(dx, row * C + c, get(dy, j * C + c));
            } else if (dz != null) {
              add(dz, (-1 - row) * C + c, get(dy, j * C + c));
            }
          }
        });
  }

  @Override
  public void gatherPairs(Tensor y, Tensor table, Tensor keep, int R, int H, int V, int T) {
    Checks.floats("gatherPairs", (long) R * H * V * V, "y", y);
    Checks.floats("gatherPairs", (long) H * T * T, "table", table);
    Checks.ints(keep, (long) R * V, "gatherPairs", "keep");
    forEach(
        parallel,
        (long) R * H * V,
        V,
        row -> {
          long r = row / V / H;
          long h = row / V % H;
          int from = index(keep, r * V + row % V);
          for (int j = 0; j < V; j++) {
            int to = index(keep, r * V + j);
            set(y, row * V + j, from < 0 || to < 0 ? 0 : get(table, (h * T + from) * T + to));
          }
        });
  }

  @Override
  public void distancePairs(Tensor y, Tensor slope, Tensor keep, int R, int H, int V) {
    Checks.floats("distancePairs", (long) R * H * V * V, "y", y);
    Checks.floats("distancePairs", H, "slope", slope);
    Checks.ints(keep, (long) R * V, "distancePairs", "keep");
    forEach(
        parallel,
        (long) R * H * V,
        V,
        row -> {
          long r = row / V / H;
          double m = get(slope, row / V % H);
          int from = index(keep, r * V + row % V);
          for (int j = 0; j < V; j++) {
            int to = index(keep, r * V + j);
            set(y, row * V + j, from < 0 || to < 0 ? 0 : m * Math.abs(from - to));
          }
        });
  }
}
