package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.ConvTile.PLACES;
import static dev.d2v.tensor.kernel.vector.Lanes.F;
import static dev.d2v.tensor.kernel.vector.Native.get;
import static dev.d2v.tensor.kernel.vector.Native.load;

import dev.d2v.tensor.kernel.vector.ConvBlocks.Block;
import java.util.Arrays;

/// What a block of the target grid reads, for some groups, padded with zeros, so that a tile's
/// places are neighbours in memory and no tap needs a check of bounds:
///
/// ```text
/// panel[group][block of channels][row][column][16]      sample s starts at column s * pitch
/// ```
///
/// Samples share the zero columns between them. A tile computes [ConvTile#PLACES] neighbouring
/// places, a *segment*. Segments start anew at each row of a sample, or run on through the zero
/// columns from sample to sample, whichever takes fewer; results between rows are thrown away.
///
/// Addresses are of tensors, offsets and indices are in floats.
final class ConvPanel {
  /// Channels side by side.
  static final int CHANNELS = 16;

  private static final int L = F.length();

  private final ConvView view;
  private final int pitch;
  private final int width;
  private final int height;

  /// Columns of one sample that are copied: the rest is zero or a neighbour's.
  private final int copied;

  private final boolean runsOn;
  private final boolean uniform;

  ConvPanel(ConvView view, ConvBlocks blocks) {
    this.view = view;
    ConvAxis columns = view.columns();
    int across = blocks.columns().each();
    int samples = blocks.samples().each();
    int reach = across + columns.taps() - 1;
    boolean whole = blocks.columns().count() == 1;
    this.uniform = whole && blocks.rows().count() == 1;
    this.copied = whole ? Math.clamp(columns.endSource(0), 0, reach) : reach;
    this.pitch =
        whole
            ? Math.max(reach - Math.max(columns.firstSource(columns.sourcePhases() - 1), 0), copied)
            : reach;
    int together = Math.ceilDiv((samples - 1) * pitch + across, PLACES);
    this.runsOn = together < samples * Math.ceilDiv(across, PLACES);
    int apart = (samples - 1) * pitch + Math.ceilDiv(across, PLACES) * PLACES;
    this.width = (runsOn ? together * PLACES : apart) + columns.taps() - 1;
    this.height = blocks.rows().each() + view.rows().taps() - 1;
  }

  /// Whether every block fills the same places, so that zeros between them stay: blocks are whole
  /// samples. A last block of fewer leaves the samples of the one before behind its own, where no
  /// place of it looks.
  boolean uniform() {
    return uniform;
  }

  int rowFloats() {
    return CHANNELS * width;
  }

  int blockFloats() {
    return rowFloats() * height;
  }

  /// Floats of one group.
  int groupFloats() {
    return blockFloats() * Math.ceilDiv(view.sourceChannels(), CHANNELS);
  }

  /// Where a source channel begins within a group.
  int channel(int channel) {
    return channel / CHANNELS * blockFloats() + channel % CHANNELS;
  }

  /// Segments of one row of the panel.
  private int perRow(Block b) {
    return runsOn
        ? Math.ceilDiv((b.samples() - 1) * pitch + b.columns(), PLACES)
        : b.samples() * Math.ceilDiv(b.columns(), PLACES);
  }

  /// Segments of a block.
  int segments(Block b) {
    return perRow(b) * b.rows();
  }

  /// Where each segment begins in the panel.
  void segments(Block b, int[] to) {
    int perSample = Math.ceilDiv(b.columns(), PLACES);
    int n = perRow(b);
    for (int i = 0; i < n * b.rows(); i++) {
      int k = i % n;
      int column = runsOn ? k * PLACES : k / perSample * pitch + k % perSample * PLACES;
      to[i] = i / n * rowFloats() + column * CHANNELS;
    }
  }

  /// The place, counted through the segments, at which a row of a sample begins.
  int place(Block b, int sample, int row) {
    int perSample = Math.ceilDiv(b.columns(), PLACES) * PLACES;
    return row * perRow(b) * PLACES + sample * (runsOn ? pitch : perSample);
  }

  /// Where each place of the block, samples outside and columns inside, begins in the panel.
  void places(Block b, int[] to) {
    int at = 0;
    for (int s = 0; s < b.samples(); s++) {
      for (int row = 0; row < b.rows(); row++) {
        for (int q = 0; q < b.columns(); q++) {
          to[at++] = row * rowFloats() + (s * pitch + q) * CHANNELS;
        }
      }
    }
  }

  /// Zeros a panel of so many groups.
  void clear(Packed panel, int groups) {
    Arrays.fill(panel.array, panel.at, panel.at + groups * groupFloats(), 0);
  }

  /// Copies groups [from, to) of what the block reads into the panel, which holds zeros, or what
  /// another block left there when blocks are [#uniform()].
  void pack(Packed panel, long x, Block b, int from, int to) {
    ConvAxis rows = view.rows();
    for (int s = 0; s < b.samples(); s++) {
      for (int j = 0; j < b.rows() + rows.taps() - 1; j++) {
        for (int phase = 0; phase < rows.sourcePhases(); phase++) {
          int row = rows.source(b.row() + j, phase);
          if (row >= 0 && row < rows.sources()) {
            long line = (long) (b.sample() + s) * rows.sources() + row;
            int at = panel.at + j * rowFloats() + s * pitch * CHANNELS;
            packRow(panel.array, at, x, line, phase, b, from, to);
          }
        }
      }
    }
  }

  private void packRow(
      float[] panel, int at, long x, long line, int rowPhase, Block b, int from, int to) {
    ConvAxis columns = view.columns();
    int in = view.in();
    long pixel = 4L * view.groups() * in;
    int read = Math.min(copied, b.columns() + columns.taps() - 1);
    for (int phase = 0; phase < columns.sourcePhases(); phase++) {
      int j = Math.max(0, columns.firstSource(phase) - b.column());
      int n = Math.min(read, columns.endSource(phase) - b.column()) - j;
      if (n > 0) {
        int column = columns.source(b.column() + j, phase);
        long start = x + pixel * (line * columns.sources() + column);
        int first = (rowPhase * columns.sourcePhases() + phase) * in;
        long step = pixel * columns.sourcePhases();
        if (in % L == 0) {
          vectors(panel, at + j * CHANNELS, first, start + 4L * from * in, step, n, to - from);
        } else {
          for (int g = from; g < to; g++) {
            int group = at + j * CHANNELS + (g - from) * groupFloats();
            copy(panel, group, blockFloats(), first, start + 4L * g * in, step, n, in);
          }
        }
      }
    }
  }

  /// Copies whole vectors of all groups in the order in which they lie in memory.
  private void vectors(float[] to, int at, int first, long from, long step, int n, int groups) {
    int in = view.in();
    int block = blockFloats();
    int group = groupFloats();
    for (int j = 0; j < n; j++) {
      long x = from + step * j;
      int place = at + j * CHANNELS;
      for (int g = 0; g < groups; g++, x += 4L * in, place += group) {
        for (int i = 0; i < in; i += L) {
          int c = first + i;
          load(x + 4L * i).intoArray(to, place + c / CHANNELS * block + c % CHANNELS);
        }
      }
    }
  }

  /// Copies `channels` floats of each of n places to channels from `first` on; blocks of 16 of them
  /// are `stride` apart.
  static void copy(
      float[] to, int at, int stride, int first, long from, long step, int n, int channels) {
    int i = 0;
    while (i < channels) {
      int c = first + i;
      int there = Math.min(CHANNELS - c % CHANNELS, channels - i);
      move(to, at + c / CHANNELS * stride + c % CHANNELS, from + 4L * i, step, n, there);
      i += there;
    }
  }

  /// Moves `channels` floats, at most 16, of each of n places.
  private static void move(float[] to, int at, long from, long step, int n, int channels) {
    int i = 0;
    for (; i <= channels - L; i += L) {
      for (int j = 0; j < n; j++) {
        load(from + step * j + 4L * i).intoArray(to, at + j * CHANNELS + i);
      }
    }
    for (; i < channels; i++) {
      for (int j = 0; j < n; j++) {
        to[at + j * CHANNELS + i] = get(from + step * j + 4L * i);
      }
    }
  }
}
