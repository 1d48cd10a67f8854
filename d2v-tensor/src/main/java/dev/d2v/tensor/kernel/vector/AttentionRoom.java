package dev.d2v.tensor.kernel.vector;

import dev.d2v.tensor.parallel.Scratch;
import org.jspecify.annotations.Nullable;

/// What one thread needs while it computes a head, in its scratch memory. Q queries are a block; Qv
/// and Dv are Q and D in whole vectors. Matrices of scores are transposed: a row is a key, a column
/// a query.
final class AttentionRoom {
  private static final int SLOT = 0;

  /// Keys (T,Dv).
  final AttentionMatrix k;

  /// Values (T,Dv).
  final AttentionMatrix v;

  /// Queries (Q,Dv).
  final AttentionMatrix q;

  /// Scaled queries (Dv,Qv).
  final AttentionMatrix qT;

  /// Scores, then probabilities (T,Qv).
  final AttentionMatrix s;

  /// A row for each query (Q,Dv): the output, or the gradient of the query.
  final AttentionMatrix product;

  /// Factors of dropout (T,Qv).
  final AttentionMatrix factors;

  /// Scores as tensors have them (Q,T in whole vectors).
  final AttentionMatrix rows;

  /// Gradient of the output (Q,Dv).
  final AttentionMatrix dout;

  /// Gradient of the output (Dv,Qv).
  final AttentionMatrix doutT;

  /// Gradient of the probabilities, then of the scores (T,Qv).
  final AttentionMatrix g;

  /// Gradient of the keys (T,Dv).
  final AttentionMatrix dk;

  /// Gradient of the values (T,Dv).
  final AttentionMatrix dv;

  /// Two vectors of zeros.
  final long zeros;

  /// What is subtracted from the scores of each query (Qv).
  final AttentionMatrix shifts;

  /// The sum of the exponentials of each query, or its inverse (Qv).
  final AttentionMatrix sums;

  /// Views of rows where they lie in tensors: a head's keys, values and a block's queries and
  /// outputs,
  final AttentionMatrix keys = new AttentionMatrix(0, 0);

  final AttentionMatrix values = new AttentionMatrix(0, 0);
  final AttentionMatrix queries = new AttentionMatrix(0, 0);
  final AttentionMatrix outs = new AttentionMatrix(0, 0);

  /// their gradients,
  final AttentionMatrix dKeys = new AttentionMatrix(0, 0);

  final AttentionMatrix dValues = new AttentionMatrix(0, 0);
  final AttentionMatrix dQueries = new AttentionMatrix(0, 0);

  /// and a block's bias or lse.
  final AttentionMatrix others = new AttentionMatrix(0, 0);

  private long end;

  private AttentionRoom(long at, AttentionShape shape, boolean backward) {
    end = at;
    int T = shape.T();
    int Tv = roundUp(T);
    int Q = shape.queries();
    int Qv = roundUp(Q);
    int D = roundUp(shape.D());
    zeros = matrix(1, 2 * Lanes.F.length()).at();
    shifts = matrix(1, Qv);
    sums = matrix(1, Qv);
    k = matrix(T, D);
    v = matrix(T, D);
    q = matrix(Q, D);
    qT = matrix(D, Qv);
    s = matrix(Tv, Qv);
    product = matrix(Q, D);
    factors = matrix(Tv, Qv);
    rows = matrix(Qv, Tv);
    int some = backward ? 1 : 0;
    dout = matrix(some * Q, D);
    doutT = matrix(some * D, Qv);
    g = matrix(some * Tv, Qv);
    dk = matrix(some * T, D);
    dv = matrix(some * T, D);
  }

  /// The rooms of one call, a thread each: made when a thread first asks, so that what a call
  /// allocates does not grow with its samples.
  static final class OfThreads {
    private final Scratch scratch;
    private final AttentionShape shape;
    private final boolean backward;
    private final @Nullable AttentionRoom[] rooms;

    OfThreads(Scratch scratch, int threads, AttentionShape shape, boolean backward) {
      this.scratch = scratch;
      this.shape = shape;
      this.backward = backward;
      this.rooms = new AttentionRoom[threads];
    }

    /// The room of a thread.
    AttentionRoom of(int thread) {
      AttentionRoom room = rooms[thread];
      if (room == null) {
        room = open(thread);
        rooms[thread] = room;
      }
      return room;
    }

    private AttentionRoom open(int thread) {
      long bytes = new AttentionRoom(0, shape, backward).end;
      long at = scratch.segment(thread, SLOT, bytes).address();
      var room = new AttentionRoom(at, shape, backward);
      AttentionPack.fill(room.zeros, 2 * Lanes.F.length(), 0);
      return room;
    }
  }

  private AttentionMatrix matrix(int rows, int columns) {
    var matrix = new AttentionMatrix(end, AttentionMatrix.strideFor(columns));
    end += rows * matrix.stride();
    return matrix;
  }

  /// In whole vectors.
  static int roundUp(int size) {
    return Blocks.roundUp(size, Lanes.F.length());
  }
}
