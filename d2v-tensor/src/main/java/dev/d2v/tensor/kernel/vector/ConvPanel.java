package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.Lanes.F;
import static dev.d2v.tensor.kernel.vector.Lanes.ORDER;

import dev.d2v.tensor.kernel.ConvShape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/// One group's channels of some samples, padded with zeros and laid side by side, so that a tile of
/// output positions is a run of memory:
///
/// ```text
/// panel[block][row][column][16]     16 channels a block; sample s starts at column s * pitch
/// ```
///
/// Samples share the zero columns between them. Output slot `s * pitch + q` is position q of sample
/// s; slots between samples are computed and thrown away. Strides are 1.
final class ConvPanel {
  private static final int CHANNELS = 16;
  private static final long TARGET_FLOATS = 9 * 1024;
  private static final int L = F.length();

  private final ConvShape shape;
  private final int inChannels;
  private final int samples;
  private final int pitch;
  private final int slots;
  private final int width;
  private final int rows;

  /// The panel of a shape: as many samples as fit the first-level cache.
  ConvPanel(ConvShape shape) {
    this.shape = shape;
    this.inChannels = shape.inChannels() / shape.groups();
    int reach = shape.outWidth() + shape.kernelWidth() - 1;
    this.pitch = Math.max(reach - shape.padLeft(), shape.padLeft() + shape.width());
    this.rows = shape.outHeight() + shape.kernelHeight() - 1;
    long floats = (long) inBlocks() * rows * pitch * CHANNELS;
    this.samples = Math.clamp(TARGET_FLOATS / Math.max(floats, 1), 1, shape.batch());
    int used = (samples - 1) * pitch + shape.outWidth();
    int tile = ConvTile.POSITIONS;
    this.slots = (used + tile - 1) / tile * tile;
    this.width = slots + shape.kernelWidth() - 1;
  }

  int samples() {
    return samples;
  }

  /// Panels that cover the batch.
  int count() {
    return (shape.batch() + samples - 1) / samples;
  }

  int slots() {
    return slots;
  }

  int outHeight() {
    return shape.outHeight();
  }

  int inBlocks() {
    return (inChannels + CHANNELS - 1) / CHANNELS;
  }

  /// Channels of a block that are there; the rest of its 16 are zero.
  private int channelsOf(int block) {
    return Math.min(CHANNELS, inChannels - block * CHANNELS);
  }

  int rowFloats() {
    return CHANNELS * width;
  }

  private int blockFloats() {
    return rowFloats() * rows;
  }

  /// Length of a panel.
  int floats() {
    return blockFloats() * inBlocks();
  }

  /// Length of the output slots of one vector of channels.
  int outFloats() {
    return shape.outHeight() * slots * L;
  }

  /// Offset within the panel and number of channels of every tap and block: what a tile reads.
  int[] runs() {
    int[] runs = new int[2 * shape.kernelHeight() * shape.kernelWidth() * inBlocks()];
    int at = 0;
    for (int r = 0; r < shape.kernelHeight(); r++) {
      for (int s = 0; s < shape.kernelWidth(); s++) {
        for (int block = 0; block < inBlocks(); block++) {
          runs[at++] = block * blockFloats() + r * rowFloats() + CHANNELS * s;
          runs[at++] = channelsOf(block);
        }
      }
    }
    return runs;
  }

  /// Copies group `g` of the samples from `first` on into the panel; all else is zero.
  void pack(float[] panel, MemorySegment x, int first, int g) {
    Arrays.fill(panel, 0, floats(), 0);
    int n = Math.min(samples, shape.batch() - first);
    for (int block = 0; block < inBlocks(); block++) {
      int channels = channelsOf(block);
      long from = (long) g * inChannels + (long) block * CHANNELS;
      for (int s = 0; s < n; s++) {
        for (int row = 0; row < shape.height(); row++) {
          int at = row + shape.padTop();
          if (at < rows) {
            long line = ((long) (first + s) * shape.height() + row) * shape.width();
            int to =
                block * blockFloats() + at * rowFloats() + CHANNELS * (s * pitch + shape.padLeft());
            copy(panel, to, x, 4 * (line * shape.inChannels() + from), channels);
          }
        }
      }
    }
  }

  private void copy(float[] panel, int to, MemorySegment x, long from, int channels) {
    int columns = Math.min(shape.width(), width - shape.padLeft());
    long step = 4L * shape.inChannels();
    for (int q = 0; q < columns; q++) {
      move(panel, to + CHANNELS * q, x, from + step * q, channels);
    }
  }

  /// Moves `n` floats, at most 16.
  private static void move(float[] to, int toAt, MemorySegment from, long fromAt, int n) {
    int i = 0;
    for (; i + L <= n; i += L) {
      FloatVector.fromMemorySegment(F, from, fromAt + 4L * i, ORDER).intoArray(to, toAt + i);
    }
    for (; i < n; i++) {
      to[toAt + i] = from.get(ValueLayout.JAVA_FLOAT_UNALIGNED, fromAt + 4L * i);
    }
  }

  /// Copies the useful slots of one vector of output channels to y, adding their bias.
  ///
  /// @param channel first output channel
  /// @param n output channels of the vector that are there
  /// @param bias of all output channels, or null
  void store(
      MemorySegment y, float[] out, int first, int channel, int n, @Nullable MemorySegment bias) {
    int count = Math.min(samples, shape.batch() - first);
    float[] b = new float[L];
    for (int i = 0; i < n && bias != null; i++) {
      b[i] = bias.getAtIndex(ValueLayout.JAVA_FLOAT, channel + i);
    }
    for (int s = 0; s < count; s++) {
      for (int row = 0; row < shape.outHeight(); row++) {
        int from = (row * slots + s * pitch) * L;
        storeRow(y, outAt(first + s, row, channel), out, from, n, b);
      }
    }
  }

  /// Byte offset in y of channel `channel` of the first position of a row.
  private long outAt(int sample, int row, int channel) {
    long line = ((long) sample * shape.outHeight() + row) * shape.outWidth();
    return 4 * (line * shape.outChannels() + channel);
  }

  private void storeRow(MemorySegment y, long to, float[] out, int from, int n, float[] bias) {
    long step = 4L * shape.outChannels();
    if (n == L) {
      FloatVector b = FloatVector.fromArray(F, bias, 0);
      for (int q = 0; q < shape.outWidth(); q++) {
        FloatVector.fromArray(F, out, from + q * L)
            .add(b)
            .intoMemorySegment(y, to + step * q, ORDER);
      }
      return;
    }
    for (int q = 0; q < shape.outWidth(); q++) {
      for (int i = 0; i < n; i++) {
        float value = out[from + q * L + i] + bias[i];
        y.set(ValueLayout.JAVA_FLOAT_UNALIGNED, to + step * q + 4L * i, value);
      }
    }
  }

  /// Copies one vector of output channels' gradients into slots; slots of no position are zero.
  void packGradient(float[] out, MemorySegment dy, int first, int channel, int n) {
    Arrays.fill(out, 0, outFloats(), 0);
    int count = Math.min(samples, shape.batch() - first);
    long step = 4L * shape.outChannels();
    for (int s = 0; s < count; s++) {
      for (int row = 0; row < shape.outHeight(); row++) {
        int to = (row * slots + s * pitch) * L;
        long from = outAt(first + s, row, channel);
        for (int q = 0; q < shape.outWidth(); q++) {
          move(out, to + q * L, dy, from + step * q, n);
        }
      }
    }
  }
}
