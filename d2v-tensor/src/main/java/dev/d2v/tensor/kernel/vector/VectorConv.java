package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.Lanes.F;
import static dev.d2v.tensor.kernel.vector.Lanes.ORDER;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.ConvKernels;
import dev.d2v.tensor.kernel.ConvShape;
import dev.d2v.tensor.kernel.scalar.ScalarConv;
import dev.d2v.tensor.parallel.RowParallel;
import dev.d2v.tensor.parallel.Scratch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/// Grouped convolutions of stride 1 in register tiles over padded panels ([ConvPanel], [ConvTile]);
/// larger strides, which no image model has, go through the scalar loops.
///
/// Backward to the input is a forward with flipped taps and exchanged channels. Backward to the
/// weight adds up a fixed number of runs of samples, whose sums are then added in order.
public final class VectorConv implements ConvKernels {
  private static final int L = F.length();
  private static final long W = 4L * L;
  private static final int SLOT_WEIGHTS = 4;
  private static final int SLOT_SUMS = 5;
  private static final int SLOT_PANEL = 2;
  private static final int SLOT_OUT = 3;

  /// Most runs of samples whose weight gradients are kept apart.
  private static final int RUNS = 16;

  private final RowParallel parallel;
  private final Scratch scratch;
  private final ScalarConv plain;

  /// Over these threads, with this working memory.
  public VectorConv(RowParallel parallel, Scratch scratch) {
    this.parallel = parallel;
    this.scratch = scratch;
    this.plain = new ScalarConv(parallel);
  }

  @Override
  public void conv2dForward(Tensor y, Tensor x, Tensor w, @Nullable Tensor bias, ConvShape shape) {
    if (strided(shape)) {
      plain.conv2dForward(y, x, w, bias, shape);
      return;
    }
    ScalarConv.check("conv2dForward", y, x, w, bias, shape);
    run(y.data(), x.data(), w.data(), bias == null ? null : bias.data(), shape, false);
  }

  @Override
  public void conv2dBackwardInput(Tensor dx, Tensor dy, Tensor w, ConvShape shape) {
    if (strided(shape)) {
      plain.conv2dBackwardInput(dx, dy, w, shape);
      return;
    }
    ScalarConv.check("conv2dBackwardInput", dy, dx, w, null, shape);
    ConvShape turned =
        new ConvShape(
            shape.batch(),
            shape.outHeight(),
            shape.outWidth(),
            shape.outChannels(),
            shape.inChannels(),
            shape.kernelHeight(),
            shape.kernelWidth(),
            1,
            1,
            shape.kernelHeight() - 1 - shape.padTop(),
            shape.kernelWidth() - 1 - shape.padLeft(),
            shape.height(),
            shape.width(),
            shape.groups());
    run(dx.data(), dy.data(), w.data(), null, turned, true);
  }

  private static boolean strided(ConvShape s) {
    return s.strideHeight() != 1
        || s.strideWidth() != 1
        || s.padTop() >= s.kernelHeight()
        || s.padLeft() >= s.kernelWidth();
  }

  private void run(
      MemorySegment y,
      MemorySegment x,
      MemorySegment w,
      @Nullable MemorySegment bias,
      ConvShape shape,
      boolean turned) {
    ConvPanel panel = new ConvPanel(shape);
    int I = shape.inChannels() / shape.groups();
    int O = shape.outChannels() / shape.groups();
    int vectors = (O + L - 1) / L;
    int taps = shape.kernelHeight() * shape.kernelWidth();
    long perVector = (long) taps * I * W;
    long[] runs = panel.runs();
    MemorySegment packed =
        scratch.segment(0, SLOT_WEIGHTS, (long) shape.groups() * vectors * perVector);
    parallel.run(
        shape.groups(),
        (g, thread) ->
            packWeights(packed, (long) g * vectors * perVector, w, g, I, O, taps, turned));
    parallel.run(
        panel.count() * shape.groups(),
        (part, thread) -> {
          int g = part % shape.groups();
          int first = part / shape.groups() * panel.samples();
          MemorySegment in = scratch.segment(thread, SLOT_PANEL, panel.bytes());
          MemorySegment out = scratch.segment(thread, SLOT_OUT, panel.outBytes());
          panel.pack(in, x, first, g);
          for (int v = 0; v < vectors; v++) {
            tiles(panel, runs, in, packed, ((long) g * vectors + v) * perVector, out);
            panel.store(y, out, first, g * O + v * L, Math.min(L, O - v * L), bias);
          }
        });
  }

  private static void tiles(
      ConvPanel panel,
      long[] runs,
      MemorySegment in,
      MemorySegment w,
      long wAt,
      MemorySegment out) {
    for (int row = 0; row < panel.outHeight(); row++) {
      for (int slot = 0; slot < panel.slots(); slot += ConvTile.POSITIONS) {
        ConvTile.forward(
            in,
            row * panel.rowBytes() + 64L * slot,
            runs,
            w,
            wAt,
            out,
            ((long) row * panel.slots() + slot) * W);
      }
    }
  }

  /// `packed[v][tap][i][lane]`: one vector of output channels a tap and input channel. Turned: taps
  /// in reverse, the stored weight being (i, o) of the turned convolution.
  private static void packWeights(
      MemorySegment packed,
      long at,
      MemorySegment w,
      int g,
      int I,
      int O,
      int taps,
      boolean turned) {
    int vectors = (O + L - 1) / L;
    long to = at;
    for (int v = 0; v < vectors; v++) {
      for (int tap = 0; tap < taps; tap++) {
        int from = turned ? taps - 1 - tap : tap;
        for (int i = 0; i < I; i++) {
          for (int lane = 0; lane < L; lane++) {
            int o = v * L + lane;
            long index =
                turned
                    ? ((long) (g * I + i) * O + o) * taps + from
                    : ((long) (g * O + o) * I + i) * taps + from;
            float value = o < O ? w.getAtIndex(ValueLayout.JAVA_FLOAT, index) : 0;
            packed.set(ValueLayout.JAVA_FLOAT_UNALIGNED, to, value);
            to += 4;
          }
        }
      }
    }
  }

  @Override
  public void conv2dBackwardWeight(
      Tensor dw, @Nullable Tensor dbias, Tensor dy, Tensor x, ConvShape shape) {
    if (strided(shape)) {
      plain.conv2dBackwardWeight(dw, dbias, dy, x, shape);
      return;
    }
    ScalarConv.check("conv2dBackwardWeight", dy, x, dw, dbias, shape);
    ConvPanel panel = new ConvPanel(shape);
    int O = shape.outChannels() / shape.groups();
    int vectors = (O + L - 1) / L;
    int taps = shape.kernelHeight() * shape.kernelWidth();
    // sums[run][group][vector][tap][block][16][lane], then one vector of biases
    long perVector = ((long) taps * panel.inBlocks() * 16 + 1) * W;
    long perRun = (long) shape.groups() * vectors * perVector;
    long[] places = panel.runs();
    int runs = Math.min(RUNS, panel.count());
    MemorySegment sums = scratch.segment(0, SLOT_SUMS, runs * perRun);
    parallel.run(
        runs * shape.groups(),
        (part, thread) -> {
          int run = part / shape.groups();
          int g = part % shape.groups();
          long at = run * perRun + (long) g * vectors * perVector;
          sums.asSlice(at, vectors * perVector).fill((byte) 0);
          MemorySegment in = scratch.segment(thread, SLOT_PANEL, panel.bytes());
          MemorySegment out = scratch.segment(thread, SLOT_OUT, panel.outBytes());
          int from = (int) ((long) panel.count() * run / runs);
          int to = (int) ((long) panel.count() * (run + 1) / runs);
          for (int p = from; p < to; p++) {
            int first = p * panel.samples();
            panel.pack(in, x.data(), first, g);
            for (int v = 0; v < vectors; v++) {
              int channel = g * O + v * L;
              panel.packGradient(out, dy.data(), first, channel, Math.min(L, O - v * L));
              weightSums(panel, places, in, out, sums, at + v * perVector);
            }
          }
        });
    reduce(dw, dbias, sums, runs, perRun, perVector, vectors, panel, shape);
  }

  private static void weightSums(
      ConvPanel panel,
      long[] taps,
      MemorySegment in,
      MemorySegment out,
      MemorySegment sums,
      long at) {
    long to = at;
    for (int run = 0; run < taps.length; run += 2) {
      ConvTile.backward(
          in, taps[run], panel.rowBytes(), panel.outHeight(), panel.slots(), out, sums, to);
      to += 16 * W;
    }
    FloatVector bias = FloatVector.fromMemorySegment(F, sums, to, ORDER);
    long bytes = panel.outBytes();
    for (long b = 0; b < bytes; b += W) {
      bias = bias.add(FloatVector.fromMemorySegment(F, out, b, ORDER));
    }
    bias.intoMemorySegment(sums, to, ORDER);
  }

  private void reduce(
      Tensor dw,
      @Nullable Tensor dbias,
      MemorySegment sums,
      int runs,
      long perRun,
      long perVector,
      int vectors,
      ConvPanel panel,
      ConvShape shape) {
    int I = shape.inChannels() / shape.groups();
    int O = shape.outChannels() / shape.groups();
    int taps = shape.kernelHeight() * shape.kernelWidth();
    MemorySegment d = dw.data();
    parallel.run(
        shape.groups(),
        (g, thread) -> {
          for (int o = 0; o < O; o++) {
            long lane = ((long) g * vectors + o / L) * perVector + 4L * (o % L);
            for (int tap = 0; tap < taps; tap++) {
              for (int i = 0; i < I; i++) {
                long at = lane + ((long) tap * panel.inBlocks() * 16 + i) * W;
                long index = ((long) (g * O + o) * I + i) * taps + tap;
                float value = d.getAtIndex(ValueLayout.JAVA_FLOAT, index);
                d.setAtIndex(ValueLayout.JAVA_FLOAT, index, value + total(sums, at, runs, perRun));
              }
            }
            if (dbias != null) {
              long at = lane + (long) taps * panel.inBlocks() * 16 * W;
              long index = (long) g * O + o;
              float value = dbias.data().getAtIndex(ValueLayout.JAVA_FLOAT, index);
              dbias
                  .data()
                  .setAtIndex(ValueLayout.JAVA_FLOAT, index, value + total(sums, at, runs, perRun));
            }
          }
        });
  }

  private static float total(MemorySegment sums, long at, int runs, long perRun) {
    float sum = 0;
    for (int run = 0; run < runs; run++) {
      sum += sums.get(ValueLayout.JAVA_FLOAT_UNALIGNED, at + run * perRun);
    }
    return sum;
  }

  @Override
  public void patches(Tensor y, Tensor x, boolean channelsLast, int B, int C, int H, int W, int P) {
    plain.patches(y, x, channelsLast, B, C, H, W, P);
  }
}
