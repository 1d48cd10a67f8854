package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.ConvPanel.CHANNELS;
import static dev.d2v.tensor.kernel.vector.Lanes.F;
import static dev.d2v.tensor.kernel.vector.Native.get;
import static dev.d2v.tensor.kernel.vector.Native.load;
import static dev.d2v.tensor.kernel.vector.Native.set;
import static dev.d2v.tensor.kernel.vector.Native.store;

import dev.d2v.tensor.kernel.vector.ConvBlocks.Block;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/// The target tensor's part of a block of places, for some groups [from, to) and of each the target
/// channels [first, end): between the tensor, whose places have all channels side by side, and
/// memory in which a tile's places are neighbours. Whole rows of channels are read and written at
/// once where they are whole vectors.
///
/// A thread has one for a call and uses it for all its parts. Nothing is allocated for a part:
/// there are as many as blocks, and garbage would grow with the batch.
final class ConvTarget {
  private static final int L = F.length();

  private final ConvView view;
  private final long tensor;

  /// Whether something is added to all that is written, and how many bytes behind the tensor.
  private final boolean adds;

  private final long behind;

  private final Block block;
  private int from;
  private int to;
  private int first;
  private int end;
  private float[] memory = new float[0];

  /// Where it begins in the array.
  private int begin;

  /// Floats of a group, and places of a vector of channels, in memory.
  private int group;

  private int places;

  /// Whose segments the places in memory are when writing; null when reading.
  private @Nullable ConvPanel panel;

  /// Of the tensor at an address, for the thread whose block that is.
  ///
  /// @param addend where a tensor like it lies that is added to what is written, or 0
  ConvTarget(ConvView view, long tensor, long addend, Block block) {
    this.view = view;
    this.tensor = tensor;
    this.adds = addend != 0;
    this.behind = addend - tensor;
    this.block = block;
  }

  private void range(int from, int to, int first, int end) {
    this.from = from;
    this.to = to;
    this.first = first;
    this.end = end;
  }

  /// Writes the tensor from `memory[group][vector of channels][place][lane]`, places those of the
  /// panel's segments.
  void write(int from, int to, int first, int end, Packed memory, int places, ConvPanel segments) {
    range(from, to, first, end);
    this.memory = memory.array;
    this.begin = memory.at;
    this.places = places;
    this.group = Blocks.roundUp(end - first, L) * places;
    this.panel = segments;
    forEachRow();
  }

  private void writeRow(long to, long step, int n, int place, int channel, int channels) {
    if (channels % L == 0 && channel % L == 0) {
      vectors(begin + channel * places + place * L, to, step, n, channels);
      return;
    }
    for (int g = 0; g < groups(); g++) {
      for (int c = 0; c < channels; c++) {
        int lane = channel + c;
        int at = begin + g * group + (lane / L * places + place) * L + lane % L;
        lane(memory, at, to + 4L * (g * view.out() + c), step, n);
      }
    }
  }

  private void vectors(int at, long to, long step, int n, int channels) {
    for (int q = 0; q < n; q++) {
      for (int g = 0; g < groups(); g++) {
        long y = to + step * q + 4L * g * view.out();
        int from = at + g * group + q * L;
        for (int c = 0; c < channels; c += L, from += places * L) {
          put(memory, from, y + 4L * c);
        }
      }
    }
  }

  private void lane(float[] memory, int at, long to, long step, int n) {
    for (int q = 0; q < n; q++) {
      long y = to + step * q;
      set(y, adds ? memory[at + q * L] + get(y + behind) : memory[at + q * L]);
    }
  }

  /// Writes a vector, plus the addend.
  private void put(float[] memory, int from, long to) {
    if (adds) {
      store(FloatVector.fromArray(F, memory, from).add(load(to + behind)), to);
    } else {
      store(FloatVector.fromArray(F, memory, from), to);
    }
  }

  /// Reads the tensor into `memory[group][block of 16 channels][place][16]`; what is outside of it
  /// is zero. first is a multiple of 16.
  void read(int from, int to, int first, int end, Packed memory) {
    range(from, to, first, end);
    this.memory = memory.array;
    this.begin = memory.at;
    this.places = block.places();
    this.group = Blocks.roundUp(end - first, CHANNELS) * places;
    this.panel = null;
    if (!whole()) {
      Arrays.fill(this.memory, begin, begin + group * groups(), 0);
    }
    forEachRow();
  }

  /// Whether every place and channel of what is read is in the tensor.
  private boolean whole() {
    int phases = view.rows().targetPhases() * view.columns().targetPhases();
    return phases == 1 && (end - first) % CHANNELS == 0;
  }

  private void readRow(long from, long step, int n, int place, int channel, int channels) {
    int at = begin + place * CHANNELS;
    if (channels % CHANNELS == 0 && channel % CHANNELS == 0) {
      blocks(at + channel * places, from, step, n, channels);
      return;
    }
    for (int g = 0; g < groups(); g++) {
      long y = from + 4L * g * view.out();
      ConvPanel.copy(memory, g * group + at, places * CHANNELS, channel, y, step, n, channels);
    }
  }

  private void blocks(int at, long from, long step, int n, int channels) {
    float[] into = memory;
    int stride = places * CHANNELS;
    int each = group;
    int groups = groups();
    long out = 4L * view.out();
    for (int q = 0; q < n; q++) {
      long y = from + step * q;
      int place = at + q * CHANNELS;
      for (int g = 0; g < groups; g++, y += out, place += each) {
        for (int c = 0; c < channels; c += L) {
          load(y + 4L * c).intoArray(into, place + c / CHANNELS * stride + c % CHANNELS);
        }
      }
    }
  }

  private int groups() {
    return to - from;
  }

  private void forEachRow() {
    int channel = first;
    while (channel < end) {
      int o = channel % view.out();
      int channels = Math.min(view.out() - o, end - channel);
      forEachRow(channel / view.out(), o, channel - first, channels);
      channel += channels;
    }
  }

  /// Rows of one phase, of which channels from o on are meant.
  private void forEachRow(int phase, int o, int channel, int channels) {
    ConvAxis down = view.rows();
    ConvAxis along = view.columns();
    int rowPhase = phase / along.targetPhases();
    int columnPhase = phase % along.targetPhases();
    int column = Math.max(0, along.firstTarget(columnPhase) - block.column());
    int n = Math.min(block.columns(), along.endTarget(columnPhase) - block.column()) - column;
    int row = Math.max(0, down.firstTarget(rowPhase) - block.row());
    int endRow = Math.min(block.rows(), down.endTarget(rowPhase) - block.row());
    long pixel = 4L * view.groups() * view.out();
    int firstColumn = along.target(block.column() + column, columnPhase);
    for (int s = 0; s < block.samples() && n > 0; s++) {
      for (int p = row; p < endRow; p++) {
        long line = (long) (block.sample() + s) * down.targets();
        line += down.target(block.row() + p, rowPhase);
        long at = tensor + pixel * (line * along.targets() + firstColumn);
        at += 4L * (from * view.out() + o);
        row(at, pixel * along.targetPhases(), n, place(s, p) + column, channel, channels);
      }
    }
  }

  /// Where the places of a row of a sample begin in memory.
  private int place(int sample, int row) {
    return panel == null
        ? (sample * block.rows() + row) * block.columns()
        : panel.place(block, sample, row);
  }

  /// Some neighbouring places of one phase in one row of the tensor.
  ///
  /// @param at where the channels of the first place of the first group are in the tensor
  /// @param step bytes from place to place
  /// @param n number of places
  /// @param place the first place in memory
  /// @param channel the first channel, counted from `first`
  private void row(long at, long step, int n, int place, int channel, int channels) {
    if (panel == null) {
      readRow(at, step, n, place, channel, channels);
    } else {
      writeRow(at, step, n, place, channel, channels);
    }
  }
}
