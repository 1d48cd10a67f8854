package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.Lanes.F;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.ConvKernels;
import dev.d2v.tensor.kernel.ConvShape;
import dev.d2v.tensor.kernel.scalar.ScalarConv;
import dev.d2v.tensor.parallel.RowParallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/// Grouped convolutions of stride 1 in register tiles over padded panels ([ConvPanel], [ConvTile]);
/// larger strides, which no image model has, go through the scalar loops.
///
/// Backward to the input is a forward with flipped taps and exchanged channels. Backward to the
/// weight adds up a fixed number of runs of samples, whose sums are then added in order.
public final class VectorConv implements ConvKernels {
  private static final int L = F.length();

  /// Most runs of samples whose weight gradients are kept apart.
  private static final int RUNS = 16;

  private final RowParallel parallel;
  private final ScalarConv plain;
  private final Buffers[] threads;
  private float[] packed = new float[0];
  private float[] sums = new float[0];

  /// A thread's panels; they only grow.
  private static final class Buffers {
    private float[] panel = new float[0];
    private float[] out = new float[0];

    private void fit(ConvPanel p) {
      panel = grown(panel, p.floats());
      out = grown(out, p.outFloats());
    }
  }

  /// Over these threads.
  public VectorConv(RowParallel parallel) {
    this.parallel = parallel;
    this.plain = new ScalarConv(parallel);
    this.threads = new Buffers[parallel.threads()];
    Arrays.setAll(threads, i -> new Buffers());
  }

  private static float[] grown(float[] array, int length) {
    return array.length >= length ? array : new float[length];
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
    int perVector = taps * I * L;
    int[] runs = panel.runs();
    packed = grown(packed, Math.multiplyExact(shape.groups() * vectors, perVector));
    float[] weights = packed;
    parallel.run(
        shape.groups(),
        (g, thread) -> packWeights(weights, g * vectors * perVector, w, g, I, O, taps, turned));
    parallel.run(
        panel.count() * shape.groups(),
        (part, thread) -> {
          int g = part % shape.groups();
          int first = part / shape.groups() * panel.samples();
          Buffers b = threads[thread];
          b.fit(panel);
          panel.pack(b.panel, x, first, g);
          for (int v = 0; v < vectors; v++) {
            tiles(panel, runs, b.panel, weights, (g * vectors + v) * perVector, b.out);
            panel.store(y, b.out, first, g * O + v * L, Math.min(L, O - v * L), bias);
          }
        });
  }

  private static void tiles(
      ConvPanel panel, int[] runs, float[] in, float[] w, int wAt, float[] out) {
    for (int row = 0; row < panel.outHeight(); row++) {
      for (int slot = 0; slot < panel.slots(); slot += ConvTile.POSITIONS) {
        int at = (row * panel.slots() + slot) * L;
        ConvTile.forward(in, row * panel.rowFloats() + 16 * slot, runs, w, wAt, out, at);
      }
    }
  }

  /// `packed[v][tap][i][lane]`: one vector of output channels a tap and input channel. Turned: taps
  /// in reverse, the stored weight being (i, o) of the turned convolution.
  private static void packWeights(
      float[] packed, int at, MemorySegment w, int g, int I, int O, int taps, boolean turned) {
    int vectors = (O + L - 1) / L;
    int to = at;
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
            packed[to++] = o < O ? w.getAtIndex(ValueLayout.JAVA_FLOAT, index) : 0;
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
    int perVector = (taps * panel.inBlocks() * 16 + 1) * L;
    int perRun = Math.multiplyExact(shape.groups() * vectors, perVector);
    int runs = Math.min(RUNS, panel.count());
    sums = grown(sums, Math.multiplyExact(runs, perRun));
    float[] total = sums;
    int[] places = panel.runs();
    parallel.run(
        runs * shape.groups(),
        (part, thread) -> {
          int run = part / shape.groups();
          int g = part % shape.groups();
          int at = run * perRun + g * vectors * perVector;
          Arrays.fill(total, at, at + vectors * perVector, 0);
          Buffers b = threads[thread];
          b.fit(panel);
          int from = (int) ((long) panel.count() * run / runs);
          int to = (int) ((long) panel.count() * (run + 1) / runs);
          for (int p = from; p < to; p++) {
            int first = p * panel.samples();
            panel.pack(b.panel, x.data(), first, g);
            for (int v = 0; v < vectors; v++) {
              int channel = g * O + v * L;
              panel.packGradient(b.out, dy.data(), first, channel, Math.min(L, O - v * L));
              weightSums(panel, places, b.panel, b.out, total, at + v * perVector);
            }
          }
        });
    reduce(dw, dbias, total, runs, perRun, perVector, vectors, panel, shape);
  }

  private static void weightSums(
      ConvPanel panel, int[] places, float[] in, float[] out, float[] sums, int at) {
    int to = at;
    for (int place = 0; place < places.length; place += 2) {
      ConvTile.backward(
          in, places[place], panel.rowFloats(), panel.outHeight(), panel.slots(), out, sums, to);
      to += 16 * L;
    }
    FloatVector bias = FloatVector.fromArray(F, sums, to);
    int end = panel.outFloats();
    for (int i = 0; i < end; i += L) {
      bias = bias.add(FloatVector.fromArray(F, out, i));
    }
    bias.intoArray(sums, to);
  }

  private void reduce(
      Tensor dw,
      @Nullable Tensor dbias,
      float[] sums,
      int runs,
      int perRun,
      int perVector,
      int vectors,
      ConvPanel panel,
      ConvShape shape) {
    int I = shape.inChannels() / shape.groups();
    int O = shape.outChannels() / shape.groups();
    int taps = shape.kernelHeight() * shape.kernelWidth();
    parallel.run(
        shape.groups(),
        (g, thread) -> {
          for (int o = 0; o < O; o++) {
            int lane = (g * vectors + o / L) * perVector + o % L;
            for (int tap = 0; tap < taps; tap++) {
              for (int i = 0; i < I; i++) {
                int at = lane + (tap * panel.inBlocks() * 16 + i) * L;
                long index = ((long) (g * O + o) * I + i) * taps + tap;
                increase(dw, index, total(sums, at, runs, perRun));
              }
            }
            if (dbias != null) {
              int at = lane + taps * panel.inBlocks() * 16 * L;
              increase(dbias, (long) g * O + o, total(sums, at, runs, perRun));
            }
          }
        });
  }

  private static void increase(Tensor t, long index, float by) {
    float value = t.data().getAtIndex(ValueLayout.JAVA_FLOAT, index);
    t.data().setAtIndex(ValueLayout.JAVA_FLOAT, index, value + by);
  }

  private static float total(float[] sums, int at, int runs, int perRun) {
    float sum = 0;
    for (int run = 0; run < runs; run++) {
      sum += sums[at + run * perRun];
    }
    return sum;
  }

  @Override
  public void patches(Tensor y, Tensor x, boolean channelsLast, int B, int C, int H, int W, int P) {
    plain.patches(y, x, channelsLast, B, C, H, W, P);
  }
}
