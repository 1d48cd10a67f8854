package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.Lanes.F;
import static dev.d2v.tensor.kernel.vector.Lanes.ORDER;

import dev.d2v.tensor.kernel.ConvShape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
  private static final long TARGET_BYTES = 36 * 1024;
  private static final long W = 4L * F.length();

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
    long bytes = (long) inBlocks() * rows * pitch * 64;
    this.samples = Math.clamp(TARGET_BYTES / Math.max(bytes, 1), 1, shape.batch());
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
  int channelsOf(int block) {
    return Math.min(CHANNELS, inChannels - block * CHANNELS);
  }

  long rowBytes() {
    return 64L * width;
  }

  long blockBytes() {
    return rowBytes() * rows;
  }

  long bytes() {
    return blockBytes() * inBlocks();
  }

  /// Byte offset within the panel and number of channels of every tap and block: what a tile reads.
  long[] runs() {
    long[] runs = new long[2 * shape.kernelHeight() * shape.kernelWidth() * inBlocks()];
    int at = 0;
    for (int r = 0; r < shape.kernelHeight(); r++) {
      for (int s = 0; s < shape.kernelWidth(); s++) {
        for (int block = 0; block < inBlocks(); block++) {
          runs[at++] = block * blockBytes() + r * rowBytes() + 64L * s;
          runs[at++] = channelsOf(block);
        }
      }
    }
    return runs;
  }

  /// Bytes of the output slots of one vector of channels.
  long outBytes() {
    return (long) shape.outHeight() * slots * W;
  }

  /// Copies group `g` of the samples from `first` on into the panel; all else is zero.
  void pack(MemorySegment panel, MemorySegment x, int first, int g) {
    panel.asSlice(0, bytes()).fill((byte) 0);
    int n = Math.min(samples, shape.batch() - first);
    for (int block = 0; block < inBlocks(); block++) {
      int channels = channelsOf(block);
      long from = (long) g * inChannels + (long) block * CHANNELS;
      for (int s = 0; s < n; s++) {
        for (int row = 0; row < shape.height(); row++) {
          int at = row + shape.padTop();
          if (at < rows) {
            long xAt =
                ((long) (first + s) * shape.height() + row) * shape.width() * shape.inChannels()
                    + from;
            long to = block * blockBytes() + at * rowBytes() + 64L * (s * pitch + shape.padLeft());
            copy(panel, to, x, 4 * xAt, channels);
          }
        }
      }
    }
  }

  private void copy(MemorySegment panel, long to, MemorySegment x, long from, int channels) {
    int columns = Math.min(shape.width(), width - shape.padLeft());
    long step = 4L * shape.inChannels();
    for (int q = 0; q < columns; q++) {
      move(panel, to + 64L * q, x, from + step * q, channels);
    }
  }

  /// Moves `n` floats, at most 16.
  private static void move(MemorySegment to, long toAt, MemorySegment from, long fromAt, int n) {
    int i = 0;
    for (; i + F.length() <= n; i += F.length()) {
      FloatVector.fromMemorySegment(F, from, fromAt + 4L * i, ORDER)
          .intoMemorySegment(to, toAt + 4L * i, ORDER);
    }
    for (; i < n; i++) {
      to.set(
          ValueLayout.JAVA_FLOAT_UNALIGNED,
          toAt + 4L * i,
          from.get(ValueLayout.JAVA_FLOAT_UNALIGNED, fromAt + 4L * i));
    }
  }

  /// Copies the useful slots of one vector of output channels to y, adding their bias.
  ///
  /// @param channel first output channel
  /// @param n output channels of the vector that are there
  /// @param bias of all output channels, or null
  void store(
      MemorySegment y,
      MemorySegment out,
      int first,
      int channel,
      int n,
      @Nullable MemorySegment bias) {
    int count = Math.min(samples, shape.batch() - first);
    boolean whole = n == F.length();
    FloatVector b =
        bias == null || !whole
            ? FloatVector.zero(F)
            : FloatVector.fromMemorySegment(F, bias, 4L * channel, ORDER);
    for (int s = 0; s < count; s++) {
      for (int row = 0; row < shape.outHeight(); row++) {
        long from = ((long) row * slots + (long) s * pitch) * W;
        long to =
            4L
                * (((long) (first + s) * shape.outHeight() + row)
                        * shape.outWidth()
                        * shape.outChannels()
                    + channel);
        for (int q = 0; q < shape.outWidth(); q++) {
          long yAt = to + 4L * q * shape.outChannels();
          if (whole) {
            FloatVector.fromMemorySegment(F, out, from + q * W, ORDER)
                .add(b)
                .intoMemorySegment(y, yAt, ORDER);
          } else {
            part(y, yAt, out, from + q * W, n, bias, channel);
          }
        }
      }
    }
  }

  private static void part(
      MemorySegment y,
      long yAt,
      MemorySegment out,
      long from,
      int n,
      @Nullable MemorySegment bias,
      int channel) {
    for (int i = 0; i < n; i++) {
      float b = bias == null ? 0 : bias.getAtIndex(ValueLayout.JAVA_FLOAT, channel + i);
      float v = out.get(ValueLayout.JAVA_FLOAT_UNALIGNED, from + 4L * i);
      y.set(ValueLayout.JAVA_FLOAT_UNALIGNED, yAt + 4L * i, v + b);
    }
  }

  /// Copies one vector of output channels' gradients into slots; slots of no position are zero.
  void packGradient(MemorySegment slotsOut, MemorySegment dy, int first, int channel, int n) {
    slotsOut.asSlice(0, outBytes()).fill((byte) 0);
    int count = Math.min(samples, shape.batch() - first);
    for (int s = 0; s < count; s++) {
      for (int row = 0; row < shape.outHeight(); row++) {
        long to = ((long) row * slots + (long) s * pitch) * W;
        long from =
            4L
                * (((long) (first + s) * shape.outHeight() + row)
                        * shape.outWidth()
                        * shape.outChannels()
                    + channel);
        for (int q = 0; q < shape.outWidth(); q++) {
          move(slotsOut, to + q * W, dy, from + 4L * q * shape.outChannels(), n);
        }
      }
    }
  }
}
