package dev.d2v.tensor.kernel.vector;

import dev.d2v.tensor.kernel.DropoutSpec;
import dev.d2v.tensor.parallel.RowParallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One call of the backward. A part is some heads: gradients of a head's keys and values are sums
/// over all its queries.
///
/// @param biasHeads heads in bias, 0 without one
record AttentionBackward(
    AttentionBuffers[] buffers,
    AttentionShape shape,
    MemorySegment dqkv,
    @Nullable MemorySegment dbias,
    MemorySegment dout,
    MemorySegment qkv,
    MemorySegment out,
    MemorySegment lse,
    @Nullable MemorySegment bias,
    int biasHeads,
    @Nullable MemorySegment padding,
    @Nullable DropoutSpec dropout,
    float scale)
    implements RowParallel.Body {

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

  int parts() {
    return (shape.heads() + shape.headsPerPart() - 1) / shape.headsPerPart();
  }

  @Override
  public void run(int part, int thread) {
    AttentionBuffers buffer = buffers[thread];
    buffer.forBackward(
        shape.backwardQueries(), shape.T(), shape.D(), bias != null || dbias != null);
    AttentionDropout drop = dropout == null ? null : new AttentionDropout(dropout);
    int from = part * shape.headsPerPart();
    int to = Math.min(shape.heads(), from + shape.headsPerPart());
    for (int head = from; head < to; head++) {
      head(buffer, drop, head);
    }
  }

  private void head(AttentionBuffers buffer, @Nullable AttentionDropout drop, int head) {
    int T = shape.T();
    int D = shape.D();
    long stride = shape.qkvStride();
    if (padding != null) {
      AttentionForward.maskPadding(buffer.mask, padding, (long) (head / shape.H()) * T, T);
    }
    AttentionPack.transposed(buffer.kT, buffer.stage, qkv, shape.qkvAt(head, 0, 1), stride, T, D);
    AttentionPack.panels(buffer.kPanels, qkv, shape.qkvAt(head, 0, 1), stride, T, D, 1);
    AttentionPack.transposed(buffer.v, buffer.stage, qkv, shape.qkvAt(head, 0, 2), stride, T, D);
    int block = shape.backwardQueries();
    for (int i0 = 0; i0 < T; i0 += block) {
      block(buffer, drop, head, i0, Math.min(block, T - i0));
    }
    int rows = Striped.roundRows(T);
    Arrays.fill(buffer.factorOfRow, 0, T, 1);
    long dkAt = shape.qkvAt(head, 0, 1);
    long dvAt = shape.qkvAt(head, 0, 2);
    AttentionPack.store(dqkv, dkAt, stride, buffer.dk, rows, T, D, buffer.factorOfRow);
    AttentionPack.store(dqkv, dvAt, stride, buffer.dv, rows, T, D, buffer.factorOfRow);
  }

  private void block(
      AttentionBuffers buffer, @Nullable AttentionDropout drop, int head, int i0, int count) {
    int T = shape.T();
    int D = shape.D();
    int rows = Striped.roundRows(count);
    int Tv = Striped.roundColumns(T);
    int Dv = Striped.roundColumns(D);
    long qAt = shape.qkvAt(head, i0, 0);
    long outAt = shape.outAt(head, i0);
    AttentionPack.striped(buffer.q, rows, qkv, qAt, shape.qkvStride(), count, D, scale);
    AttentionPack.panels(buffer.qPanels, qkv, qAt, shape.qkvStride(), count, D, scale);
    AttentionPack.striped(buffer.dout, rows, dout, outAt, shape.outStride(), count, D, 1);
    AttentionPack.panels(buffer.doutPanels, dout, outAt, shape.outStride(), count, D, 1);
    Striped.product(buffer.s, buffer.q, buffer.kT, buffer.tile, rows, rows, D, Tv);
    Striped.product(buffer.ds, buffer.dout, buffer.v, buffer.tile, rows, rows, D, Tv);
    if (bias != null) {
      long at = shape.scoresAt(head % biasHeads, i0);
      MemorySegment.copy(bias, FLOAT, 4 * at, buffer.bias, 0, count * T);
    }
    MemorySegment.copy(lse, FLOAT, 4 * ((long) head * T + i0), buffer.shifts, 0, count);
    AttentionPack.dots(buffer.sums, buffer.dout, rows, out, outAt, shape.outStride(), count, D);
    for (int i = 0; i < count; i++) {
      scores(buffer, drop, head, i0, i, rows);
    }
    boolean add = i0 > 0;
    Striped.productOfTransposed(
        buffer.dv, buffer.s, buffer.doutPanels, buffer.tile, rows, T, count, Dv, add);
    Striped.productOfTransposed(
        buffer.dk, buffer.ds, buffer.qPanels, buffer.tile, rows, T, count, Dv, add);
    Striped.product(buffer.product, buffer.ds, buffer.kPanels, buffer.tile, rows, rows, T, Dv);
    Arrays.fill(buffer.factorOfRow, 0, count, scale);
    AttentionPack.store(
        dqkv, qAt, shape.qkvStride(), buffer.product, rows, count, D, buffer.factorOfRow);
    if (dbias != null) {
      storeScores(dbias, 4 * shape.scoresAt(head, i0), buffer, count, rows);
    }
  }

  /// Turns a row of scores and of dP into probabilities and gradients of scores.
  private void scores(
      AttentionBuffers buffer, @Nullable AttentionDropout drop, int head, int i0, int i, int rows) {
    int T = shape.T();
    int Tv = Striped.roundColumns(T);
    int at = i * Striped.LD;
    int stripe = rows * Striped.LD;
    if (bias != null) {
      AttentionRows.add(buffer.s, at, stripe, Tv, buffer.bias, i * T);
    }
    if (padding != null) {
      AttentionRows.add(buffer.s, at, stripe, Tv, buffer.mask, 0);
    } else if (Tv > T) {
      AttentionRows.addLast(buffer.s, at, stripe, Tv, buffer.mask);
    }
    float delta = buffer.sums[i];
    float saved = buffer.shifts[i];
    // A row whose keys are all padded: any finite number makes its probabilities 0.
    float shift = saved == Float.NEGATIVE_INFINITY ? 0 : saved;
    if (drop == null) {
      AttentionRows.derivative(buffer.ds, buffer.s, at, stripe, Tv, shift, delta);
    } else {
      drop.factors(buffer.factors, shape.scoresAt(head, i0 + i), T);
      AttentionRows.derivative(buffer.ds, buffer.s, at, stripe, Tv, shift, delta, buffer.factors);
    }
  }

  private void storeScores(
      MemorySegment target, long at, AttentionBuffers buffer, int count, int rows) {
    int T = shape.T();
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < T; j += Striped.STRIPE) {
        System.arraycopy(
            buffer.ds,
            Striped.column(rows, j) + i * Striped.LD,
            buffer.bias,
            i * T + j,
            Math.min(Striped.STRIPE, T - j));
      }
    }
    MemorySegment.copy(buffer.bias, 0, target, FLOAT, at, count * T);
  }
}
