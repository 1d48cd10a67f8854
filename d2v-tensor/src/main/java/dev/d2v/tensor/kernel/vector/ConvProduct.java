package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.Lanes.F;

import dev.d2v.tensor.kernel.vector.ConvBlocks.Block;
import dev.d2v.tensor.parallel.RowParallel;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/// A convolution of stride 1 between two grids, forward or backward: every part packs what a block
/// of places reads and runs tiles over it, strip after strip of target channels.
///
/// The weights are packed once a call. Parts are blocks of places by runs of groups, or of strips
/// of a group when that gives too few.
final class ConvProduct {
  private static final int L = GemmTile.V;
  private static final int ENOUGH_PARTS = 24;

  /// Floats of a part's panels: with its results they should fit the second-level cache.
  private static final int PANEL = 64 * 1024;

  /// Places of a block: enough that packed weights are used often.
  private static final int MOST_PLACES = 196;

  private static final int LEAST_PLACES = 42;

  private final RowParallel parallel;
  private final Buffers[] threads;
  private final Packed packed = new Packed();

  /// A thread's own memory; it only grows.
  private static final class Buffers {
    private final Block block = new Block();
    private final Packed panel = new Packed();
    private final Packed out = new Packed();
    private int[] segments = new int[0];
  }

  ConvProduct(RowParallel parallel) {
    this.parallel = parallel;
    this.threads = new Buffers[parallel.threads()];
    Arrays.setAll(threads, i -> new Buffers());
  }

  /// An array of at least that length: the same one if it is.
  static int[] grown(int[] array, int length) {
    return array.length >= length ? array : new int[length];
  }

  /// Neighbouring target channels of a group that tiles compute together.
  private record Strip(ConvPlan plan, int first, int channels, int vectors, int packedAt) {}

  /// One call: x, w and bias by address; bias may be 0. y is the threads' targets; `clean` says
  /// whose panel has zeros where this call needs them.
  private record Call(
      ConvView view,
      ConvBlocks blocks,
      ConvPanel panel,
      Strip[] strips,
      ConvTarget[] targets,
      boolean[] clean,
      int groupFloats,
      long x,
      long w,
      long bias) {}

  /// One convolution, by address; bias and addend, which is like y, may be 0.
  void run(ConvView view, long y, long x, long w, long bias, long addend) {
    int channels = Math.max(view.sourceChannels(), view.targetChannels());
    int places = Math.clamp(PANEL / channels, LEAST_PLACES, MOST_PLACES);
    ConvBlocks blocks = ConvBlocks.of(view, places);
    ConvPanel panel = new ConvPanel(view, blocks);
    Strip[] strips = strips(view, panel);
    Strip last = strips[strips.length - 1];
    int groupFloats = last.packedAt + last.plan.packedFloats(last.vectors);
    packed.fit(Math.multiplyExact(view.groups(), groupFloats));
    ConvTarget[] targets = new ConvTarget[threads.length];
    Arrays.setAll(targets, i -> new ConvTarget(view, y, addend, threads[i].block));
    boolean[] clean = new boolean[threads.length];
    Call call = new Call(view, blocks, panel, strips, targets, clean, groupFloats, x, w, bias);
    parallel.run(
        view.groups() * strips.length,
        (part, thread) -> pack(call, part / strips.length, strips[part % strips.length]));
    int wanted = Math.ceilDiv(ENOUGH_PARTS, blocks.count());
    int most = Math.clamp(PANEL / panel.groupFloats(), 1, Math.ceilDiv(view.groups(), wanted));
    Blocks groups = Blocks.of(view.groups(), most, 1);
    int runs = Math.clamp(Math.ceilDiv(wanted, groups.count()), 1, strips.length);
    Blocks runsOfStrips = Blocks.of(strips.length, Math.ceilDiv(strips.length, runs), 1);
    int each = groups.count() * runsOfStrips.count();
    parallel.run(
        blocks.count() * each,
        (part, thread) -> {
          Block block = blocks.block(part / each, threads[thread].block);
          int run = part % each % runsOfStrips.count();
          part(call, block, groups, part % each / runsOfStrips.count(), runsOfStrips, run, thread);
        });
  }

  private static Strip[] strips(ConvView view, ConvPanel panel) {
    int channels = view.targetChannels();
    int width = ConvTile.VECTORS * L;
    Strip[] strips = new Strip[Math.ceilDiv(channels, width)];
    int at = 0;
    for (int i = 0; i < strips.length; i++) {
      int first = i * width;
      int n = Math.min(width, channels - first);
      boolean same = i > 0 && strips[i - 1].plan.serves(first, n);
      ConvPlan plan = same ? strips[i - 1].plan : new ConvPlan(view, panel, first, n);
      int vectors = Math.ceilDiv(n, L);
      strips[i] = new Strip(plan, first, n, vectors, at);
      at += plan.packedFloats(vectors);
    }
    return strips;
  }

  private void pack(Call c, int g, Strip s) {
    int at = packed.at + g * c.groupFloats + s.packedAt;
    s.plan.pack(packed.array, at, s.vectors, c.w, c.bias, g, s.first, s.channels);
  }

  private void part(
      Call c, Block block, Blocks groups, int run, Blocks strips, int stripRun, int thread) {
    Buffers b = threads[thread];
    int from = groups.from(run);
    int to = from + groups.length(run);
    int firstStrip = strips.from(stripRun);
    int endStrip = firstStrip + strips.length(stripRun);
    int first = c.strips[firstStrip].first;
    int end = c.strips[endStrip - 1].first + c.strips[endStrip - 1].channels;
    int segments = c.panel.segments(block);
    b.segments = grown(b.segments, segments);
    c.panel.segments(block, b.segments);
    if (!c.clean[thread]) {
      b.panel.fit((long) groups.each() * c.panel.groupFloats());
      c.panel.clear(b.panel, groups.each());
      c.clean[thread] = c.panel.uniform();
    }
    c.panel.pack(b.panel, c.x, block, from, to);
    int places = segments * ConvTile.PLACES;
    int width = Blocks.roundUp(end - first, L);
    b.out.fit((long) groups.each() * places * width);
    float[] results = b.out.array;
    for (int g = from; g < to; g++) {
      int group = b.panel.at + (g - from) * c.panel.groupFloats();
      for (int i = firstStrip; i < endStrip; i++) {
        Strip s = c.strips[i];
        int at = packed.at + g * c.groupFloats + s.packedAt;
        int out = b.out.at + ((g - from) * width + s.first - first) * places;
        start(results, out, places, packed.array, at, s.vectors);
        float[] x = b.panel.array;
        s.plan.run(x, group, b.segments, segments, packed.array, at, s.vectors, results, out);
      }
    }
    c.targets[thread].write(from, to, first, end, b.out, places, c.panel);
  }

  /// Sums start from the bias.
  private static void start(
      float[] out, int at, int places, float[] packed, int bias, int vectors) {
    for (int v = 0; v < vectors; v++) {
      FloatVector b = FloatVector.fromArray(F, packed, bias + v * L);
      int from = at + v * places * L;
      for (int i = from; i < from + places * L; i += L) {
        b.intoArray(out, i);
      }
    }
  }
}
