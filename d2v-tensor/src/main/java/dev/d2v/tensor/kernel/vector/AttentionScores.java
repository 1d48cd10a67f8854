package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.ROWS;
import static dev.d2v.tensor.kernel.vector.GemmTile.V;
import static dev.d2v.tensor.kernel.vector.GemmTile.W;
import static dev.d2v.tensor.kernel.vector.GemmTile.WIDTH;
import static dev.d2v.tensor.kernel.vector.Lanes.F;
import static dev.d2v.tensor.kernel.vector.Lanes.ORDER;
import static dev.d2v.tensor.kernel.vector.Native.ALL;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.FloatVector.zero;

import dev.d2v.tensor.kernel.DropoutSpec;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/// What forward and backward have in common: the operands of one call, and the scores of a block of
/// queries. Addresses are 0 where a call goes without.
///
/// @param biasHeads heads in bias, 0 without one
record AttentionScores(
    AttentionShape shape,
    long qkv,
    long bias,
    int biasHeads,
    long padding,
    @Nullable DropoutSpec dropout,
    float scale) {

  /// Whether biases or factors of dropout need room.
  boolean extra() {
    return bias != 0 || dropout != null;
  }

  /// Brings a sample's rows of 3*H*D floats, which will be written, into the cache: in the order of
  /// memory, which takes half the time of head by head.
  void touch(long at, AttentionRoom room) {
    long bytes = shape.qkvStride() * shape.T();
    FloatVector sum = zero(F);
    for (long i = 0; i <= bytes - W; i += 64) {
      sum = sum.add(fromMemorySegment(F, ALL, at + i, ORDER));
    }
    sum.intoMemorySegment(ALL, room.tile, ORDER);
  }

  /// Address of a head's queries (0), keys (1) or values (2) from a token on.
  long of(int head, int token, int which) {
    return qkv + shape.qkvAt(head, token, which);
  }

  /// Channels of a group.
  int channels() {
    return shape.G() * shape.D();
  }

  /// A group's keys (1) or values (2) in strips.
  void strips(Packed to, int head, int which) {
    Strips layout = new Strips(channels());
    for (int j = 0; j < shape.T(); j += ROWS) {
      int rows = Math.min(ROWS, shape.T() - j);
      long from = of(head, j, which);
      int at = to.at + layout.at(j / ROWS);
      GemmPacking.strip(to.array, at, from, shape.qkvStride(), rows, channels());
    }
  }

  /// A group's rows in panels (count,channels).
  void panels(Packed to, long from, long stride, int count) {
    GemmPacking.panels(to.array, to.at, WIDTH, count * WIDTH, from, stride, count, channels());
  }

  /// A group's rows, turned into panels (channels,count), times a factor.
  void turn(Packed to, long from, long stride, int count, float factor) {
    int D = channels();
    for (int i = 0; i < count; i += WIDTH) {
      int width = Math.min(WIDTH, count - i);
      GemmPacking.transposed(to.array, to.at + i * D, from + stride * i, stride, D, width, factor);
    }
  }

  /// A group's queries from i0 on, scaled and turned.
  void queries(AttentionRoom room, int head, int i0, int count) {
    float factor = scale * AttentionSoftmax.LOG2_E;
    turn(room.queriesT, of(head, i0, 0), shape.qkvStride(), count, factor);
  }

  /// Turns a head's bias of a block, if there is one.
  void biases(AttentionRoom room, int head, int i0, int count) {
    if (bias != 0) {
      long from = bias + shape.scoresAt(head % biasHeads, i0);
      for (int i = 0; i < count; i++) {
        Packing.copy(row(room, i), from + shape.scoresStride() * i, shape.T());
      }
      turnRows(room.biases, room, count, AttentionSoftmax.LOG2_E);
    }
  }

  /// Address of a row in [AttentionRoom#rows].
  private static long row(AttentionRoom room, int i) {
    return room.rows + room.stride * i;
  }

  /// [AttentionRoom#rows] of T numbers for each query, turned.
  private void turnRows(float[] to, AttentionRoom room, int count, float factor) {
    int T = Blocks.roundUp(shape.T(), V);
    for (int i = 0; i < count; i += V) {
      Transpose.rows(to, T * i, V, row(room, i), room.stride, Math.min(V, count - i), T, factor);
    }
  }

  /// `S^T = k (q * scale)^T + bias^T` for at most ROWS keys from j on; minus infinity where a key
  /// is padded. To an address, as the room has scores.
  void strip(AttentionRoom room, long to, int head, int j, int count) {
    int rows = Math.min(ROWS, shape.T() - j);
    products(room, to, room.keys, room.queriesT, head, j, count);
    if (bias != 0) {
      int T = Blocks.roundUp(shape.T(), V);
      for (int i = 0; i < count; i += V) {
        AttentionSoftmax.add(room.at(to, 0, i), room.biases, T * i + V * j, rows);
      }
    }
    if (padding != 0) {
      long flags = padding + 4 * ((long) (head / shape.H()) * shape.T() + j);
      maskPadding(room, to, flags, rows, count);
    }
  }

  /// A head's strip from row j on by its panels of (D,count).
  void products(
      AttentionRoom room, long to, Packed strips, Packed panels, int head, int j, int count) {
    int D = shape.D();
    int before = head % shape.G() * D;
    int rows = Math.min(ROWS, shape.T() - j);
    int at = strips.at + new Strips(channels()).at(j / ROWS) + Strips.along(before);
    for (int i = 0; i < count; i += WIDTH) {
      long c = room.at(to, 0, i);
      int panel = panels.at + i * channels() + before * WIDTH;
      if (count - i > V) {
        GemmTile.rows(c, 2 * W, rows, room.zeros, 0, strips.array, at, panels.array, panel, D);
      } else {
        GemmTile.narrow(c, 2 * W, rows, strips.array, at, panels.array, panel, D);
      }
    }
  }

  private static void maskPadding(AttentionRoom room, long to, long flags, int rows, int count) {
    for (int r = 0; r < rows; r++) {
      if (ALL.get(ValueLayout.JAVA_INT_UNALIGNED, flags + 4L * r) != 0) {
        for (int i = 0; i < count; i += V) {
          broadcast(F, Float.NEGATIVE_INFINITY).intoMemorySegment(ALL, room.at(to, r, i), ORDER);
        }
      }
    }
  }

  /// The factors by which dropout multiplies the probabilities of a block, transposed; false
  /// without dropout.
  boolean factors(AttentionRoom room, int head, int i0, int count) {
    if (dropout == null) {
      return false;
    }
    var drop = new AttentionDropout(dropout);
    int T = shape.T();
    for (int i = 0; i < count; i++) {
      drop.factors(row(room, i), shape.scoresAt(head, i0 + i) / 4, T);
    }
    turnRows(room.factors, room, count, 1);
    return true;
  }

  /// Where the factors, or biases, of a key and a vector of queries are.
  int turned(int key, int query) {
    return Blocks.roundUp(shape.T(), V) * query + V * key;
  }

  /// Writes gradients of the block's scores, which are in high panels, to the rows of a tensor,
  /// without the factor of the scores.
  void storeGradients(AttentionRoom room, long to, int count) {
    int T = shape.T();
    for (int j = 0; j < T; j++) {
      for (int i = 0; i < count; i += V) {
        FloatVector g = FloatVector.fromArray(F, room.high.array, room.high(j, i, T));
        g.mul(1 / scale).intoMemorySegment(ALL, row(room, j) + 4L * i, ORDER);
      }
    }
    int queries = Blocks.roundUp(count, V);
    for (int j = 0; j < T; j += V) {
      int keys = Math.min(V, T - j);
      Transpose.rows(room.turned, 0, V, row(room, j), room.stride, keys, queries, 1);
      for (int i = 0; i < count; i++) {
        GemmPacking.out(to + shape.scoresStride() * i + 4L * j, room.turned, V * i, keys);
      }
    }
  }
}
