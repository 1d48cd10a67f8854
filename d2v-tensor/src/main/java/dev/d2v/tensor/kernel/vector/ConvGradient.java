package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.ConvPanel.CHANNELS;
import static dev.d2v.tensor.kernel.vector.ConvProduct.grown;
import static dev.d2v.tensor.kernel.vector.Lanes.F;
import static dev.d2v.tensor.kernel.vector.Native.get;
import static dev.d2v.tensor.kernel.vector.Native.set;
import static jdk.incubator.vector.FloatVector.fromArray;

import dev.d2v.tensor.kernel.vector.ConvBlocks.Block;
import dev.d2v.tensor.parallel.Parts;
import dev.d2v.tensor.parallel.RowParallel;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/// `dw +=` and `dbias +=` of a convolution of stride 1 between two grids.
///
/// A part takes one of several runs of blocks of places, and some groups, or some target channels
/// of a group. The runs have sums of their own, which are added in their order, so that the result
/// does not depend on the number of threads.
final class ConvGradient {
  private static final int L = GemmTile.V;
  private static final int ENOUGH_PARTS = 32;

  /// Floats that all runs' sums may take together, if there is more than one run.
  private static final int MOST_SUMS = 4 << 20;

  /// Target channels of a part: what it packs should serve some.
  private static final int LEAST_TARGETS = 64;

  private static final int PANEL = 64 * 1024;
  private static final int MOST_PLACES = 196;
  private static final int LEAST_PLACES = 63;

  private final RowParallel parallel;
  private final Buffers[] threads;
  private final Packed sums = new Packed();

  /// A thread's own memory; it only grows.
  private static final class Buffers {
    private final Block block = new Block();
    private final float[] tile = new float[ConvGradientTile.FLOATS];
    private final Packed panel = new Packed();
    private final Packed target = new Packed();
    private int[] places = new int[0];
  }

  ConvGradient(RowParallel parallel) {
    this.parallel = parallel;
    this.threads = new Buffers[parallel.threads()];
    Arrays.setAll(threads, i -> new Buffers());
  }

  /// One call: dw, dbias and x by address; dbias may be 0. dy is read by each thread's target. Sums
  /// are
  ///
  /// ```text
  /// sums[run][group][target channel][column of the tiles][lane]     then [target channel]: biases
  /// ```
  ///
  /// @param columns where each column of the tiles begins in a group's panel
  /// @param places for each target phase, column and lane: the place in the weight less that of the
  ///   group and target channel, or -1
  private record Call(
      ConvView view,
      ConvBlocks blocks,
      ConvPanel panel,
      int[] columns,
      int[][] places,
      ConvTarget[] dy,
      int runs,
      long dw,
      long dbias,
      long x) {
    int row() {
      return columns.length * L;
    }

    int targets() {
      return Blocks.roundUp(view.targetChannels(), CHANNELS);
    }

    int groupFloats() {
      return targets() * (row() + 1);
    }

    int runFloats() {
      return view.groups() * groupFloats();
    }
  }

  void run(ConvView view, long dw, long dbias, long dy, long x) {
    int most = Math.clamp(2 * PANEL / view.sourceChannels(), LEAST_PLACES, MOST_PLACES);
    ConvBlocks blocks = ConvBlocks.of(view, most);
    ConvPanel panel = new ConvPanel(view, blocks);
    int[][] columns = columns(view);
    int[] begin = new int[columns.length];
    Arrays.setAll(
        begin,
        i ->
            panel.channel(columns[i][2])
                + columns[i][0] * panel.rowFloats()
                + columns[i][1] * CHANNELS);
    ConvTarget[] from = new ConvTarget[threads.length];
    Arrays.setAll(from, i -> new ConvTarget(view, dy, 0, threads[i].block));
    Call one = new Call(view, blocks, panel, begin, places(view, columns), from, 1, dw, dbias, x);
    int runs = Math.clamp(MOST_SUMS / one.runFloats(), 1, Math.min(ENOUGH_PARTS, blocks.count()));
    Call c = new Call(view, blocks, panel, begin, one.places, from, runs, dw, dbias, x);
    sums.fit(Math.multiplyExact(runs, c.runFloats()));
    int wanted = Math.ceilDiv(ENOUGH_PARTS, runs);
    int together = Math.clamp(PANEL / panel.groupFloats(), 1, Math.ceilDiv(view.groups(), wanted));
    Blocks groups = Blocks.of(view.groups(), together, 1);
    int pieces = Math.ceilDiv(wanted, groups.count());
    int targetsEach = Math.max(LEAST_TARGETS, Math.ceilDiv(c.targets(), pieces));
    Blocks targets = Blocks.of(c.targets(), targetsEach, CHANNELS);
    int each = groups.count() * targets.count();
    parallel.run(
        runs * each,
        (part, thread) -> {
          int split = part % each;
          part(
              c,
              part / each,
              groups,
              split / targets.count(),
              targets,
              split % targets.count(),
              thread);
        });
    addRuns(c);
    parallel.run(
        view.groups() * view.out(), (o, thread) -> scatter(c, o / view.out(), o % view.out()));
  }

  /// The columns of the tiles: row taps, column taps and first source channels of the vectors that
  /// have any weight, neighbouring taps side by side, as many as fill tiles: the last may repeat.
  private static int[][] columns(ConvView v) {
    int vectors = Math.ceilDiv(v.sourceChannels(), L);
    int[][] columns = new int[v.rows().taps() * v.columns().taps() * vectors][];
    int n = 0;
    for (int c = 0; c < v.sourceChannels(); c += L) {
      for (int row = 0; row < v.rows().taps(); row++) {
        for (int column = 0; column < v.columns().taps(); column++) {
          if (used(v, row, column, c)) {
            columns[n++] = new int[] {row, column, c};
          }
        }
      }
    }
    int[][] filled = Arrays.copyOf(columns, Blocks.roundUp(n, ConvGradientTile.VECTORS));
    Arrays.fill(filled, n, filled.length, filled[n - 1]);
    return filled;
  }

  private static boolean used(ConvView v, int row, int column, int first) {
    for (int c = first; c < Math.min(first + L, v.sourceChannels()); c++) {
      for (int t = 0; t < v.targetChannels(); t += v.out()) {
        if (v.rowTap(row, c, t) >= 0 && v.columnTap(column, c, t) >= 0) {
          return true;
        }
      }
    }
    return false;
  }

  private static int[][] places(ConvView v, int[][] columns) {
    int[][] places = new int[v.targetChannels() / v.out()][columns.length * L];
    for (int f = 0; f < places.length; f++) {
      Arrays.fill(places[f], -1);
      for (int i = 0; i < columns.length; i++) {
        int[] column = columns[i];
        boolean repeated = i > 0 && Arrays.equals(column, columns[i - 1]);
        for (int lane = 0; lane < L && !repeated; lane++) {
          int c = column[2] + lane;
          int r = c < v.sourceChannels() ? v.rowTap(column[0], c, f * v.out()) : -1;
          int s = c < v.sourceChannels() ? v.columnTap(column[1], c, f * v.out()) : -1;
          if (r >= 0 && s >= 0) {
            places[f][i * L + lane] = v.weightRow(0, c, 0) + r * v.columns().kernel() + s;
          }
        }
      }
    }
    return places;
  }

  private void part(
      Call c, int run, Blocks groups, int groupRun, Blocks targets, int targetRun, int thread) {
    Buffers b = threads[thread];
    int from = groups.from(groupRun);
    int to = from + groups.length(groupRun);
    int first = targets.from(targetRun);
    int end = Math.min(first + targets.length(targetRun), c.view.targetChannels());
    int padded = Blocks.roundUp(Math.max(0, end - first), CHANNELS);
    int most = c.blocks.mostPlaces();
    b.panel.fit((long) groups.each() * c.panel.groupFloats());
    b.target.fit((long) groups.each() * padded * most);
    b.places = grown(b.places, most);
    for (int g = from; g < to; g++) {
      int at = sums.at + run * c.runFloats() + g * c.groupFloats();
      Arrays.fill(sums.array, at + first * c.row(), at + (first + padded) * c.row(), 0);
      int biases = at + c.targets() * c.row();
      Arrays.fill(sums.array, biases + first, biases + first + padded, 0);
    }
    int last = (int) ((long) c.blocks.count() * (run + 1) / c.runs);
    boolean clean = false;
    for (int i = (int) ((long) c.blocks.count() * run / c.runs); i < last; i++) {
      Block block = c.blocks.block(i, b.block);
      if (!clean) {
        c.panel.clear(b.panel, groups.each());
        clean = c.panel.uniform();
      }
      c.panel.pack(b.panel, c.x, block, from, to);
      c.panel.places(block, b.places);
      c.dy[thread].read(from, to, first, end, b.target);
      for (int g = from; g < to; g++) {
        int group = b.panel.at + (g - from) * c.panel.groupFloats();
        int target = b.target.at + (g - from) * padded * block.places();
        int at = sums.at + run * c.runFloats() + g * c.groupFloats();
        int row = at + first * c.row();
        for (int o = 0; o < padded; o += CHANNELS, target += block.places() * CHANNELS) {
          tiles(c, b, group, target, block.places(), row + o * c.row());
          if (c.dbias != 0) {
            int bias = at + c.targets() * c.row() + first + o;
            biases(b.target.array, target, block.places(), bias);
          }
        }
      }
    }
  }

  /// All tiles of 16 target channels.
  private void tiles(Call c, Buffers b, int group, int target, int places, int at) {
    for (int j = 0; j < c.columns.length; j += ConvGradientTile.VECTORS) {
      int d0 = group + c.columns[j];
      int d1 = group + c.columns[j + 1];
      int d2 = group + c.columns[j + ConvGradientTile.VECTORS - 1];
      for (int o = 0; o < CHANNELS; o += ConvGradientTile.TARGETS) {
        ConvGradientTile.run(
            b.panel.array, b.places, places, d0, d1, d2, b.target.array, target + o, b.tile);
        add(b.tile, at + o * c.row() + j * L, c.row());
      }
    }
  }

  private void add(float[] tile, int at, int row) {
    for (int o = 0; o < ConvGradientTile.TARGETS; o++) {
      for (int j = 0; j < ConvGradientTile.VECTORS; j++) {
        int to = at + o * row + j * L;
        int from = (o * ConvGradientTile.VECTORS + j) * L;
        fromArray(F, sums.array, to).add(fromArray(F, tile, from)).intoArray(sums.array, to);
      }
    }
  }

  private void biases(float[] target, int from, int places, int at) {
    for (int lane = 0; lane < CHANNELS; lane += L) {
      FloatVector even = FloatVector.zero(F);
      FloatVector odd = fromArray(F, sums.array, at + lane);
      int p = from + lane;
      int end = p + places * CHANNELS;
      for (; p < end - CHANNELS; p += 2 * CHANNELS) {
        even = even.add(fromArray(F, target, p));
        odd = odd.add(fromArray(F, target, p + CHANNELS));
      }
      if (p < end) {
        even = even.add(fromArray(F, target, p));
      }
      even.add(odd).intoArray(sums.array, at + lane);
    }
  }

  /// Adds the other runs' sums to those of the first.
  private void addRuns(Call c) {
    Parts parts = Parts.elements(c.runFloats());
    parallel.run(
        c.runs > 1 ? parts.count() : 0,
        (part, thread) -> {
          float[] all = sums.array;
          int to = sums.at + (int) parts.to(part);
          for (int run = 1; run < c.runs; run++) {
            int other = run * c.runFloats();
            for (int i = sums.at + (int) parts.from(part); i < to; i += L) {
              fromArray(F, all, i).add(fromArray(F, all, other + i)).intoArray(all, i);
            }
          }
        });
  }

  /// Adds the sums of one target channel of the tensor to its gradients.
  private void scatter(Call c, int g, int o) {
    int at = sums.at + g * c.groupFloats();
    long row = c.dw + 4L * c.view.weightRow(g, 0, o);
    float bias = 0;
    for (int f = 0; f < c.places.length; f++) {
      int target = f * c.view.out() + o;
      bias += sums.array[at + c.targets() * c.row() + target];
      int[] to = c.places[f];
      for (int i = 0; i < to.length; i++) {
        if (to[i] >= 0) {
          long place = row + 4L * to[i];
          set(place, get(place) + sums.array[at + target * c.row() + i]);
        }
      }
    }
    if (c.dbias != 0) {
      long place = c.dbias + 4L * (g * c.view.out() + o);
      set(place, get(place) + bias);
    }
  }
}
