package dev.d2v.tensor.kernel.vector;

import dev.d2v.tensor.kernel.DropoutSpec;
import dev.d2v.tensor.parallel.RowParallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// One call of the forward. A part is some heads, or some blocks of queries of one head.
///
/// @param shape its sizes
/// @param biasHeads heads in bias, 0 without one
record AttentionForward(
    AttentionBuffers[] buffers,
    AttentionShape shape,
    MemorySegment out,
    @Nullable MemorySegment lse,
    MemorySegment qkv,
    @Nullable MemorySegment bias,
    int biasHeads,
    @Nullable MemorySegment padding,
    @Nullable DropoutSpec dropout,
    float scale)
    implements RowParallel.Body {

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

  int parts() {
    int queryParts = shape.queryParts();
    return queryParts > 1
        ? shape.heads() * queryParts
        : (shape.heads() + shape.headsPerPart() - 1) / shape.headsPerPart();
  }

  @Override
  public void run(int part, int thread) {
    AttentionBuffers buffer = buffers[thread];
    int T = shape.T();
    int block = shape.forwardQueries();
    buffer.forForward(block, T, shape.D(), bias != null);
    AttentionDropout drop = dropout == null ? null : new AttentionDropout(dropout);
    int queryParts = shape.queryParts();
    if (queryParts > 1) {
      int blocks = (T + block - 1) / block;
      int each = (blocks + queryParts - 1) / queryParts * block;
      int from = part % queryParts * each;
      head(buffer, drop, part / queryParts, from, Math.min(T, from + each));
    } else {
      int from = part * shape.headsPerPart();
      int to = Math.min(shape.heads(), from + shape.headsPerPart());
      for (int head = from; head < to; head++) {
        head(buffer, drop, head, 0, T);
      }
    }
  }

  private void head(
      AttentionBuffers buffer, @Nullable AttentionDropout drop, int head, int from, int to) {
    if (from >= to) {
      return;
    }
    int T = shape.T();
    int D = shape.D();
    long stride = shape.qkvStride();
    if (padding != null) {
      maskPadding(buffer.mask, padding, (long) (head / shape.H()) * T, T);
    }
    AttentionPack.transposed(buffer.kT, buffer.stage, qkv, shape.qkvAt(head, 0, 1), stride, T, D);
    AttentionPack.panels(buffer.v, qkv, shape.qkvAt(head, 0, 2), stride, T, D, 1);
    int block = shape.forwardQueries();
    for (int i0 = from; i0 < to; i0 += block) {
      block(buffer, drop, head, i0, Math.min(block, to - i0));
    }
  }

  /// Adds nothing to the scores of keys, minus infinity to those of padded keys.
  static void maskPadding(float[] mask, MemorySegment padding, long at, int T) {
    for (int j = 0; j < T; j++) {
      boolean padded = padding.getAtIndex(ValueLayout.JAVA_INT, at + j) != 0;
      mask[j] = padded ? Float.NEGATIVE_INFINITY : 0;
    }
  }

  private void block(
      AttentionBuffers buffer, @Nullable AttentionDropout drop, int head, int i0, int count) {
    int T = shape.T();
    int D = shape.D();
    int rows = Striped.roundRows(count);
    int Tv = Striped.roundColumns(T);
    AttentionPack.striped(
        buffer.q, rows, qkv, shape.qkvAt(head, i0, 0), shape.qkvStride(), count, D, scale);
    Striped.product(buffer.s, buffer.q, buffer.kT, buffer.tile, rows, rows, D, Tv);
    if (bias != null) {
      long at = shape.scoresAt(head % biasHeads, i0);
      MemorySegment.copy(bias, FLOAT, 4 * at, buffer.bias, 0, count * T);
    }
    for (int i = 0; i < count; i++) {
      softmax(buffer, drop, head, i0, i, rows);
    }
    int Dv = Striped.roundColumns(D);
    Striped.product(buffer.product, buffer.s, buffer.v, buffer.tile, rows, rows, T, Dv);
    // Dividing the D outputs is less than dividing the T probabilities.
    for (int i = 0; i < count; i++) {
      buffer.factorOfRow[i] = buffer.sums[i] == 0 ? 0 : 1 / buffer.sums[i];
    }
    long outAt = shape.outAt(head, i0);
    AttentionPack.store(
        out, outAt, shape.outStride(), buffer.product, rows, count, D, buffer.factorOfRow);
    if (lse != null) {
      AttentionRows.addLog(buffer.shifts, buffer.sums, count);
      MemorySegment.copy(buffer.shifts, 0, lse, FLOAT, 4 * ((long) head * T + i0), count);
    }
  }

  /// Turns a row of scores into exponentials, dropped out.
  private void softmax(
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
    float max = AttentionRows.max(buffer.s, at, stripe, Tv);
    // A row whose keys are all padded: any finite number makes its probabilities 0.
    float shift = max == Float.NEGATIVE_INFINITY ? 0 : max;
    buffer.shifts[i] = shift;
    buffer.sums[i] = AttentionRows.exp(buffer.s, at, stripe, Tv, shift);
    if (drop != null) {
      drop.factors(buffer.factors, shape.scoresAt(head, i0 + i), T);
      AttentionRows.scale(buffer.s, at, stripe, Tv, buffer.factors);
    }
  }
}
