package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.Native.get;

import java.util.Arrays;

/// What a strip of target channels sums over: the *steps* of its tiles, and the weights in their
/// order. A step is a source channel and up to three neighbouring column taps in one row, which
/// share the values that they read: first all steps of three taps, then those of two, then of one.
final class ConvPlan {
  /// Most column taps of a step.
  static final int TAPS = 3;

  private static final int L = GemmTile.V;

  private final ConvView view;
  private final int firstPhase;

  /// Where each step begins in a group's panel.
  private final int[] offsets;

  /// Steps of one, two and three taps.
  private final int[] counts = new int[TAPS + 1];

  /// For each target phase of the strip, step and tap: the place in the weight less that of the
  /// group and target channel, or -1 where the phase has no such tap.
  private final int[][] places;

  /// Consecutive taps, cut into threes, then one or two twos; a single one only when alone.
  private record Range(int from, int count) {
    int steps() {
      return Math.ceilDiv(count, TAPS);
    }

    private int threes() {
      return Math.max(0, count - 2 * steps());
    }

    int taps(int step) {
      return count == 1 ? 1 : step < threes() ? TAPS : 2;
    }

    int start(int step) {
      return from + TAPS * step - Math.max(0, step - threes());
    }
  }

  /// Of `channels` target channels from `first` on.
  ConvPlan(ConvView view, ConvPanel panel, int first, int channels) {
    this.view = view;
    this.firstPhase = first / view.out();
    int phases = (first + channels - 1) / view.out() - firstPhase + 1;
    Range[] rows = new Range[view.sourceChannels()];
    Range[] columns = new Range[view.sourceChannels()];
    int steps = 0;
    for (int c = 0; c < rows.length; c++) {
      boolean same = c % view.in() > 0;
      rows[c] = same ? rows[c - 1] : taps(true, c, phases);
      columns[c] = same ? columns[c - 1] : taps(false, c, phases);
      steps += rows[c].count() * columns[c].steps();
    }
    this.offsets = new int[steps];
    this.places = new int[phases][steps * TAPS];
    int at = 0;
    int place = 0;
    for (int taps = TAPS; taps > 0; taps--) {
      int before = at;
      for (int c = 0; c < rows.length; c += ConvPanel.CHANNELS) {
        int end = Math.min(c + ConvPanel.CHANNELS, rows.length);
        at = addBlock(panel, rows, columns, taps, c, end, at, place + (at - before) * taps);
      }
      counts[taps] = at - before;
      place += counts[taps] * taps;
    }
  }

  /// The taps by which a source channel enters any of the strip's phases.
  private Range taps(boolean rows, int channel, int phases) {
    ConvAxis axis = rows ? view.rows() : view.columns();
    int from = axis.taps();
    int to = 0;
    for (int m = 0; m < axis.taps(); m++) {
      for (int f = 0; f < phases; f++) {
        if (tap(rows, m, channel, f) >= 0) {
          from = Math.min(from, m);
          to = m + 1;
        }
      }
    }
    return new Range(Math.min(from, to), to - Math.min(from, to));
  }

  private int tap(boolean rows, int m, int channel, int phase) {
    int target = (firstPhase + phase) * view.out();
    return rows ? view.rowTap(m, channel, target) : view.columnTap(m, channel, target);
  }

  /// Adds the steps of so many taps of a block of source channels: by rows, then by columns, so
  /// that neighbouring steps read neighbouring channels.
  private int addBlock(
      ConvPanel panel, Range[] rows, Range[] columns, int taps, int c, int end, int at, int place) {
    int next = at;
    int nextPlace = place;
    for (int row = 0; row < view.rows().taps(); row++) {
      for (int step = 0; step < Math.ceilDiv(view.columns().taps(), TAPS); step++) {
        for (int channel = c; channel < end; channel++) {
          Range r = rows[channel];
          Range s = columns[channel];
          boolean there = row >= r.from && row < r.from + r.count && step < s.steps();
          if (there && s.taps(step) == taps) {
            int column = s.start(step);
            offsets[next++] =
                panel.channel(channel) + row * panel.rowFloats() + column * ConvPanel.CHANNELS;
            for (int tap = 0; tap < taps; tap++) {
              addPlace(nextPlace++, channel, row, column + tap);
            }
          }
        }
      }
    }
    return next;
  }

  private void addPlace(int place, int channel, int row, int column) {
    for (int f = 0; f < places.length; f++) {
      int r = tap(true, row, channel, f);
      int s = tap(false, column, channel, f);
      boolean there = r >= 0 && s >= 0;
      int tap = r * view.columns().kernel() + s;
      places[f][place] = there ? view.weightRow(0, channel, 0) + tap : -1;
    }
  }

  /// Whether this is also the plan of other target channels: when all are of the same phase.
  boolean serves(int first, int channels) {
    int last = (first + channels - 1) / view.out();
    return places.length == 1 && first / view.out() == firstPhase && last == firstPhase;
  }

  /// Weights of a target channel.
  private int weights() {
    return TAPS * counts[TAPS] + 2 * counts[2] + counts[1];
  }

  /// Floats of a packed strip of so many vectors: the bias and the weights.
  int packedFloats(int vectors) {
    return (1 + weights()) * vectors * L;
  }

  /// Packs a strip of a group: the bias, then for each step and tap the strip's weights.
  ///
  /// @param w where the weight lies
  /// @param bias where the bias lies, or 0
  void pack(float[] to, int at, int vectors, long w, long bias, int g, int first, int channels) {
    int strip = vectors * L;
    Arrays.fill(to, at, at + packedFloats(vectors), 0);
    for (int lane = 0; lane < channels; lane++) {
      int o = (first + lane) % view.out();
      if (bias != 0) {
        to[at + lane] = get(bias + 4L * (g * view.out() + o));
      }
      int[] from = places[(first + lane) / view.out() - firstPhase];
      long row = w + 4L * view.weightRow(g, 0, o);
      int next = at + strip + lane;
      for (int i = 0; i < weights(); i++, next += strip) {
        if (from[i] >= 0) {
          to[next] = get(row + 4L * from[i]);
        }
      }
    }
  }

  /// Adds everything that the strip sums to the places of some segments.
  ///
  /// @param panel a panel, whose group begins at `group`
  /// @param segments where each of `n` segments begins in a group's panel
  /// @param out for each vector, from `outAt` on, the places of the segments
  void run(
      float[] panel,
      int group,
      int[] segments,
      int n,
      float[] w,
      int at,
      int vectors,
      float[] out,
      int outAt) {
    int from = 0;
    int weights = at + vectors * L;
    int segment = ConvTile.PLACES * L;
    for (int taps = TAPS; taps > 0; taps--) {
      int most = Math.max(1, ConvTile.CACHED / (taps * vectors * L));
      Blocks blocks = Blocks.of(counts[taps], most, 1);
      for (int b = 0; b < blocks.count() && counts[taps] > 0; b++) {
        int to = from + blocks.length(b);
        for (int i = 0; i < n; i++) {
          int x = group + segments[i];
          int o = outAt + i * segment;
          int second = vectors == 2 ? o + n * segment : -1;
          ConvTile.run(taps, panel, x, offsets, from, to, w, weights, out, o, second);
        }
        weights += (to - from) * taps * vectors * L;
        from = to;
      }
    }
  }
}
