package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.Lanes.F;
import static dev.d2v.tensor.kernel.vector.Lanes.ORDER;
import static dev.d2v.tensor.kernel.vector.Native.ALL;
import static dev.d2v.tensor.kernel.vector.Native.get;
import static dev.d2v.tensor.kernel.vector.Native.set;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.FloatVector.zero;

import jdk.incubator.vector.FloatVector;

/// Copies of rows into scratch memory and back.
final class AttentionPack {
  private static final int V = F.length();

  private AttentionPack() {}

  /// `y = x`, n columns of each, and 0 in what fills the last vector.
  static void in(AttentionMatrix y, AttentionMatrix x, int rows, int n) {
    int whole = n - n % V;
    for (int i = 0; i < rows; i++) {
      long from = x.at(i, 0);
      long to = y.at(i, 0);
      for (int d = 0; d < whole; d += V) {
        fromMemorySegment(F, ALL, from + 4L * d, ORDER).intoMemorySegment(ALL, to + 4L * d, ORDER);
      }
      if (whole < n) {
        zero(F).intoMemorySegment(ALL, to + 4L * whole, ORDER);
        for (int d = whole; d < n; d++) {
          set(to + 4L * d, get(from + 4L * d));
        }
      }
    }
  }

  /// `y = x`, n columns of each and nothing else.
  static void out(AttentionMatrix y, AttentionMatrix x, int rows, int n) {
    int whole = n - n % V;
    for (int i = 0; i < rows; i++) {
      long from = x.at(i, 0);
      long to = y.at(i, 0);
      for (int d = 0; d < whole; d += V) {
        fromMemorySegment(F, ALL, from + 4L * d, ORDER).intoMemorySegment(ALL, to + 4L * d, ORDER);
      }
      for (int d = whole; d < n; d++) {
        set(to + 4L * d, get(from + 4L * d));
      }
    }
  }

  /// `y = value` for n floats, in whole vectors.
  static void fill(long y, int n, float value) {
    for (int i = 0; i < n; i += V) {
      broadcast(F, value).intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
  }

  /// Reads `bytes` bytes, a cache line at a time, so that they are in the cache when a head's rows,
  /// which are far apart, are asked for. What comes of it goes to a vector at `sink`.
  static void touch(long x, long bytes, long sink) {
    FloatVector sum = zero(F);
    for (long i = 0; i <= bytes - F.vectorByteSize(); i += 64) {
      sum = sum.add(fromMemorySegment(F, ALL, x + i, ORDER));
    }
    sum.intoMemorySegment(ALL, sink, ORDER);
  }
}
