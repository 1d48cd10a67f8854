package dev.d2v.tensor.kernel.vector;

import dev.d2v.tensor.Checks;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.GatherKernels;
import dev.d2v.tensor.parallel.Parts;
import dev.d2v.tensor.parallel.RowParallel;
import dev.d2v.tensor.parallel.Scratch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import org.jspecify.annotations.Nullable;

/// Rows picked and put by index, a row at a time.
public final class VectorGather implements GatherKernels {
  /// Most parts of a scatter: each walks the whole index, a vector at a time.
  private static final int SCATTER_PARTS = 64;

  /// Columns of a part of a scatter into the second table, which has few rows that many name.
  private static final int STRIP = 64;

  private final RowParallel parallel;
  private final Scratch scratch;

  /// Over these threads.
  public VectorGather(RowParallel parallel, Scratch scratch) {
    this.parallel = parallel;
    this.scratch = scratch;
  }

  @Override
  public void gatherRows(Tensor y, Tensor x, @Nullable Tensor z, Tensor index, int n, int C) {
    Checks.floats("gatherRows", (long) n * C, "y", y);
    Checks.ints(index, n, "gatherRows", "index");
    Parts parts = Parts.rows(n, C);
    long bytes = 4L * C;
    parallel.run(
        parts.count(),
        (part, thread) -> {
          for (long j = parts.from(part); j < parts.to(part); j++) {
            long row = index(index.data(), j);
            if (row >= 0) {
              Floats.copy(y.data(), j * bytes, x.data(), row * bytes, C);
            } else if (z != null) {
              Floats.copy(y.data(), j * bytes, z.data(), (-1 - row) * bytes, C);
            } else {
              Floats.zero(y.data(), j * bytes, C);
            }
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
    Parts parts = Parts.rows(rowsX, C).atMost(SCATTER_PARTS);
    int strips = dz == null ? 0 : Math.ceilDiv(C, STRIP);
    // strips first: each may have as many rows to add as all of dx
    parallel.run(
        strips + parts.count(),
        (part, thread) -> {
          if (dz != null && part < strips) {
            int first = part * STRIP;
            int columns = Math.min(STRIP, C - first);
            scatterExtra(dz.data(), dy.data(), index.data(), n, 4L * first, columns, C);
          } else {
            int from = (int) parts.from(part - strips);
            int to = (int) parts.to(part - strips);
            scatterRange(dx.data(), dy.data(), index.data(), n, from, to, C);
          }
        });
  }

  /// Rows [from, to) of dx.
  private static void scatterRange(
      MemorySegment dx, MemorySegment dy, MemorySegment index, int n, int from, int to, int C) {
    Floats.zero(dx, 4L * from * C, (to - from) * C);
    int lanes = Lanes.I.length();
    int j = 0;
    for (; j <= n - lanes; j += lanes) {
      if (names(index, j, from, to)) {
        addNamed(dx, dy, index, j, j + lanes, from, to, C);
      }
    }
    addNamed(dx, dy, index, j, n, from, to, C);
  }

  /// Whether any of a vector of entries from entry j on is in [from, to).
  private static boolean names(MemorySegment index, int j, int from, int to) {
    IntVector rows = IntVector.fromMemorySegment(Lanes.I, index, 4L * j, Lanes.ORDER);
    return rows.sub(from).compare(VectorOperators.ULT, to - from).anyTrue();
  }

  /// Adds the rows of dy among [first, end) that are named in [from, to).
  private static void addNamed(
      MemorySegment dx,
      MemorySegment dy,
      MemorySegment index,
      int first,
      int end,
      int from,
      int to,
      int C) {
    long bytes = 4L * C;
    for (int j = first; j < end; j++) {
      int row = index(index, j);
      if (row >= from && row < to) {
        Floats.add(dx, row * bytes, dx, row * bytes, dy, j * bytes, C);
      }
    }
  }

  /// Some columns of dz, from byte `first` of a row on.
  private static void scatterExtra(
      MemorySegment dz,
      MemorySegment dy,
      MemorySegment index,
      int n,
      long first,
      int columns,
      int C) {
    long bytes = 4L * C;
    for (long j = 0; j < n; j++) {
      long row = index(index, j);
      if (row < 0) {
        long at = (-1 - row) * bytes + first;
        Floats.add(dz, at, dz, at, dy, j * bytes + first, columns);
      }
    }
  }

  @Override
  public void gatherPairs(Tensor y, Tensor table, Tensor keep, int R, int H, int V, int T) {
    Checks.floats("gatherPairs", (long) R * H * V * V, "y", y);
    Checks.floats("gatherPairs", (long) H * T * T, "table", table);
    Checks.ints(keep, (long) R * V, "gatherPairs", "keep");
    Parts parts = Parts.rows((long) R * H * V, V);
    parallel.run(
        parts.count(),
        (part, thread) -> {
          for (long row = parts.from(part); row < parts.to(part); row++) {
            long kept = row / V / H * V;
            long from = index(keep.data(), kept + row % V);
            if (from < 0) {
              Floats.zero(y.data(), 4 * row * V, V);
            } else {
              long at = (row / V % H * T + from) * T;
              gatherRow(y.data(), row * V, table.data(), at, keep.data(), kept, V);
            }
          }
        });
  }

  /// `y[j] = table[at + keep[j]]`: element by element, since a segment has no gathering load.
  private static void gatherRow(
      MemorySegment y,
      long yAt,
      MemorySegment table,
      long at,
      MemorySegment keep,
      long kept,
      int V) {
    for (int j = 0; j < V; j++) {
      int to = index(keep, kept + j);
      Floats.set(y, 4 * (yAt + j), to < 0 ? 0 : Floats.get(table, 4 * (at + to)));
    }
  }

  @Override
  public void distancePairs(Tensor y, Tensor slope, Tensor keep, int R, int H, int V) {
    Checks.floats("distancePairs", (long) R * H * V * V, "y", y);
    Checks.floats("distancePairs", H, "slope", slope);
    Checks.ints(keep, (long) R * V, "distancePairs", "keep");
    Parts parts = Parts.rows((long) R * H * V, V);
    parallel.run(
        parts.count(),
        (part, thread) -> {
          MemorySegment times = scratch.segment(thread, 0, 4L * V);
          long held = -1;
          for (long row = parts.from(part); row < parts.to(part); row++) {
            long r = row / V / H;
            if (r != held) {
              held = r;
              for (int j = 0; j < V; j++) {
                Floats.set(times, 4L * j, index(keep.data(), r * V + j));
              }
            }
            float m = Floats.get(slope.data(), 4 * (row / V % H));
            float from = Floats.get(times, 4 * (row % V));
            distanceRow(y.data(), 4 * row * V, times, from, m, V);
          }
        });
  }

  /// `y[j] = m |from - times[j]|`, zero where either is negative; times are exact as floats.
  private static void distanceRow(
      MemorySegment y, long at, MemorySegment times, float from, float m, int V) {
    int j = 0;
    int lanes = Lanes.F.length();
    FloatVector zero = FloatVector.zero(Lanes.F);
    float factor = from < 0 ? 0 : m;
    for (; j <= V - lanes; j += lanes) {
      FloatVector t = FloatVector.fromMemorySegment(Lanes.F, times, 4L * j, Lanes.ORDER);
      FloatVector d = t.sub(from).abs().mul(factor);
      d.blend(zero, t.lt(0)).intoMemorySegment(y, at + 4L * j, Lanes.ORDER);
    }
    for (; j < V; j++) {
      float t = Floats.get(times, 4L * j);
      Floats.set(y, at + 4L * j, t < 0 ? 0 : Math.abs(t - from) * factor);
    }
  }

  private static int index(MemorySegment index, long i) {
    return index.get(ValueLayout.JAVA_INT, 4 * i);
  }
}
