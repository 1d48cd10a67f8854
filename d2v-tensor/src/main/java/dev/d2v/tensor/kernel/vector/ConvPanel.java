package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.ConvTile.PLACES;
import static dev.d2v.tensor.kernel.vector.Lanes.F;
import static dev.d2v.tensor.kernel.vector.Native.get;
import static dev.d2v.tensor.kernel.vector.Native.load;
import static dev.d2v.tensor.kernel.vector.Native.set;
import static dev.d2v.tensor.kernel.vector.Native.store;

import dev.d2v.tensor.kernel.vector.ConvBlocks.Block;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

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

  ConvPanel(ConvView view, ConvBlocks blocks) {
    this.view = view;
    ConvAxis columns = view.columns();
    int across = blocks.columns().each();
    int samples = blocks.samples().each();
    int reach = across + columns.taps() - 1;
    boolean whole = blocks.columns().count() == 1;
    this.copied = whole ? Math.clamp(columns.lastSource() + 1L, 0, reach) : reach;
    this.pitch = whole ? Math.max(reach - Math.max(columns.firstSource(), 0), copied) : reach;
    int together = Math.ceilDiv((samples - 1) * pitch + across, PLACES);
    this.runsOn = together < samples * Math.ceilDiv(across, PLACES);
    int apart = (samples - 1) * pitch + Math.ceilDiv(across, PLACES) * PLACES;
    this.width = (runsOn ? together * PLACES : apart) + columns.taps() - 1;
    this.height = blocks.rows().each() + view.rows().taps() - 1;
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
  private int place(Block b, int row, int sample) {
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

  /// Copies groups [from, to) of what the block reads into the panel; all else is zero.
  void pack(float[] panel, long x, Block b, int from, int to) {
    Arrays.fill(panel, 0, (to - from) * groupFloats(), 0);
    ConvAxis rows = view.rows();
    for (int s = 0; s < b.samples(); s++) {
      for (int j = 0; j < b.rows() + rows.taps() - 1; j++) {
        for (int phase = 0; phase < rows.sourcePhases(); phase++) {
          int row = rows.sourceAt(b.row() + j, phase);
          if (row >= 0) {
            long line = (long) (b.sample() + s) * rows.source() + row;
            int at = j * rowFloats() + s * pitch * CHANNELS;
            packRow(panel, at, x, line, phase, b, from, to);
          }
        }
      }
    }
  }

  private void packRow(
      float[] panel, int at, long x, long line, int rowPhase, Block b, int from, int to) {
    ConvAxis columns = view.columns();
    int in = view.in();
    int channels = view.groups() * in;
    int n = Math.min(copied, b.columns() + columns.taps() - 1);
    for (int j = 0; j < n; j++) {
      for (int phase = 0; phase < columns.sourcePhases(); phase++) {
        int column = columns.sourceAt(b.column() + j, phase);
        if (column >= 0) {
          long pixel = x + 4 * ((line * columns.source() + column) * channels + (long) from * in);
          int first = (rowPhase * columns.sourcePhases() + phase) * in;
          for (int g = 0; g < to - from; g++) {
            int group = at + j * CHANNELS + g * groupFloats();
            copy(panel, group, blockFloats(), first, pixel + 4L * g * in, in);
          }
        }
      }
    }
  }

  /// Copies n floats to channels from `first` on; blocks of 16 of them are `stride` apart.
  private static void copy(float[] to, int at, int stride, int first, long from, int n) {
    int i = 0;
    while (i < n) {
      int c = first + i;
      int there = Math.min(CHANNELS - c % CHANNELS, n - i);
      move(to, at + c / CHANNELS * stride + c % CHANNELS, from + 4L * i, there);
      i += there;
    }
  }

  private static void move(float[] to, int at, long from, int n) {
    int i = 0;
    for (; i <= n - L; i += L) {
      load(from + 4L * i).intoArray(to, at + i);
    }
    for (; i < n; i++) {
      to[at + i] = get(from + 4L * i);
    }
  }

  /// Writes what the tiles of a block computed for `n` target channels of a group.
  ///
  /// @param y where the target tensor lies
  /// @param out the segments' places, `strip` floats each
  /// @param first the first of the target channels
  void unpack(long y, float[] out, int strip, Block b, int g, int first, int n) {
    int lane = 0;
    while (lane < n) {
      int phase = (first + lane) / view.out();
      int channel = (first + lane) % view.out();
      int there = Math.min(view.out() - channel, n - lane);
      int rowPhase = phase / view.columns().targetPhases();
      for (int s = 0; s < b.samples(); s++) {
        for (int p = 0; p < b.rows(); p++) {
          int row = view.rows().targetAt(b.row() + p, rowPhase);
          if (row >= 0) {
            long line = (long) (b.sample() + s) * view.rows().target() + row;
            long to = y + 4 * (line * lineFloats() + (long) g * view.out() + channel);
            int from = place(b, p, s) * strip + lane;
            unpackRow(to, out, from, strip, b, phase % view.columns().targetPhases(), there);
          }
        }
      }
      lane += there;
    }
  }

  private long lineFloats() {
    return (long) view.columns().target() * view.groups() * view.out();
  }

  private void unpackRow(long to, float[] out, int from, int strip, Block b, int phase, int n) {
    ConvAxis columns = view.columns();
    long step = 4L * view.groups() * view.out();
    for (int q = 0; q < b.columns(); q++) {
      int column = columns.targetAt(b.column() + q, phase);
      if (column >= 0) {
        write(to + step * column, out, from + q * strip, n);
      }
    }
  }

  private static void write(long to, float[] from, int at, int n) {
    int i = 0;
    for (; i <= n - L; i += L) {
      store(FloatVector.fromArray(F, from, at + i), to + 4L * i);
    }
    for (; i < n; i++) {
      set(to + 4L * i, from[at + i]);
    }
  }

  /// Copies the target tensor's places of a block to `to[block of channels][place][16]`, for target
  /// channels of a group from `first`, a multiple of 16, on, up to `end`; what is outside is zero.
  void packTarget(float[] to, long y, Block b, int g, int first, int end) {
    int stride = b.places() * CHANNELS;
    Arrays.fill(to, 0, stride * Math.ceilDiv(end - first, CHANNELS), 0);
    int channel = first;
    while (channel < end) {
      int phase = channel / view.out();
      int o = channel % view.out();
      int there = Math.min(view.out() - o, end - channel);
      int rowPhase = phase / view.columns().targetPhases();
      int place = 0;
      for (int s = 0; s < b.samples(); s++) {
        for (int p = 0; p < b.rows(); p++) {
          int row = view.rows().targetAt(b.row() + p, rowPhase);
          long line = (long) (b.sample() + s) * view.rows().target() + row;
          long from = y + 4 * (line * lineFloats() + (long) g * view.out() + o);
          for (int q = 0; q < b.columns(); q++, place++) {
            int columnPhase = phase % view.columns().targetPhases();
            int column = view.columns().targetAt(b.column() + q, columnPhase);
            if (row >= 0 && column >= 0) {
              long at = from + 4L * column * view.groups() * view.out();
              copy(to, place * CHANNELS, stride, channel - first, at, there);
            }
          }
        }
      }
      channel += there;
    }
  }
}
