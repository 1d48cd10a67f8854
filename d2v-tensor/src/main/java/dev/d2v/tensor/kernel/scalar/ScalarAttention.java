package dev.d2v.tensor.kernel.scalar;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.AttentionChecks;
import dev.d2v.tensor.kernel.AttentionKernels;
import dev.d2v.tensor.kernel.DropoutSpec;
import dev.d2v.tensor.kernel.StepNumbers;
import dev.d2v.tensor.parallel.RowParallel;
import dev.d2v.tensor.random.Philox;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Attention in plain loops: one head at a time, one query after the other.
public final class ScalarAttention implements AttentionKernels {
  private final RowParallel parallel;

  /// Over these threads.
  public ScalarAttention(RowParallel parallel) {
    this.parallel = parallel;
  }

  @Override
  public void attentionForward(
      Tensor out,
      @Nullable Tensor lse,
      Tensor qkv,
      @Nullable Tensor bias,
      @Nullable Tensor padding,
      @Nullable DropoutSpec dropout,
      float scale,
      int B,
      int T,
      int H,
      int D) {
    AttentionChecks.forward(out, lse, qkv, bias, padding, B, T, H, D);
    parallel.run(
        B * H,
        (part, thread) -> {
          var head = new Head(part / H, part % H, T, H, D, scale, qkv, bias, padding, dropout);
          float[] p = new float[T];
          for (int i = 0; i < T; i++) {
            head.scores(p, i);
            float max = Float.NEGATIVE_INFINITY;
            for (float s : p) {
              max = Math.max(max, s);
            }
            float sum = 0;
            for (int j = 0; j < T; j++) {
              p[j] = max == Float.NEGATIVE_INFINITY ? 0 : (float) Math.exp(p[j] - max);
              sum += p[j];
            }
            if (lse != null) {
              float value = sum == 0 ? max : max + (float) Math.log(sum);
              lse.data().setAtIndex(JAVA_FLOAT, (long) part * T + i, value);
            }
            for (int j = 0; j < T; j++) {
              p[j] *= sum == 0 ? 0 : head.kept(i, j) / sum;
            }
            for (int d = 0; d < D; d++) {
              float y = 0;
              for (int j = 0; j < T; j++) {
                y += p[j] * head.v(j, d);
              }
              out.data().setAtIndex(JAVA_FLOAT, head.outAt(i, d), y);
            }
          }
        });
  }

  @Override
  public void attentionBackward(
      Tensor dqkv,
      @Nullable Tensor dbias,
      Tensor dout,
      Tensor qkv,
      Tensor out,
      Tensor lse,
      @Nullable Tensor bias,
      @Nullable Tensor padding,
      @Nullable DropoutSpec dropout,
      float scale,
      int B,
      int T,
      int H,
      int D) {
    AttentionChecks.backward(dqkv, dbias, dout, qkv, out, lse, bias, padding, B, T, H, D);
    parallel.run(
        B * H,
        (part, thread) -> {
          var head = new Head(part / H, part % H, T, H, D, scale, qkv, bias, padding, dropout);
          float[] dk = new float[T * D];
          float[] dv = new float[T * D];
          float[] p = new float[T];
          for (int i = 0; i < T; i++) {
            float logSum = lse.data().getAtIndex(JAVA_FLOAT, (long) part * T + i);
            float delta = 0;
            for (int d = 0; d < D; d++) {
              delta += at(dout, head.outAt(i, d)) * at(out, head.outAt(i, d));
            }
            float[] dq = new float[D];
            head.scores(p, i);
            for (int j = 0; j < T; j++) {
              boolean none = logSum == Float.NEGATIVE_INFINITY;
              float probability = none ? 0 : (float) Math.exp(p[j] - logSum);
              float kept = head.kept(i, j);
              float dp = 0;
              for (int d = 0; d < D; d++) {
                float g = at(dout, head.outAt(i, d));
                dp += g * head.v(j, d);
                dv[j * D + d] += probability * kept * g;
              }
              float ds = probability * (dp * kept - delta);
              for (int d = 0; d < D; d++) {
                dq[d] += scale * ds * head.k(j, d);
                dk[j * D + d] += scale * ds * head.q(i, d);
              }
              if (dbias != null) {
                dbias.data().setAtIndex(JAVA_FLOAT, head.scoreAt(i, j), ds);
              }
            }
            for (int d = 0; d < D; d++) {
              dqkv.data().setAtIndex(JAVA_FLOAT, head.qkvAt(i, 0, d), dq[d]);
            }
          }
          head.store(dqkv, 1, dk);
          head.store(dqkv, 2, dv);
        });
  }

  private static float at(Tensor tensor, long index) {
    return tensor.data().getAtIndex(JAVA_FLOAT, index);
  }

  /// Head h of sample b.
  private record Head(
      int b,
      int h,
      int T,
      int H,
      int D,
      float scale,
      Tensor qkv,
      @Nullable Tensor bias,
      @Nullable Tensor padding,
      @Nullable DropoutSpec dropout) {

    long qkvAt(int token, int which, int channel) {
      return (((long) b * T + token) * 3 + which) * H * D + (long) h * D + channel;
    }

    long outAt(int token, int channel) {
      return ((long) b * T + token) * H * D + (long) h * D + channel;
    }

    long scoreAt(int i, int j) {
      return (((long) b * H + h) * T + i) * T + j;
    }

    float q(int i, int channel) {
      return at(qkv, qkvAt(i, 0, channel));
    }

    float k(int j, int channel) {
      return at(qkv, qkvAt(j, 1, channel));
    }

    float v(int j, int channel) {
      return at(qkv, qkvAt(j, 2, channel));
    }

    /// Puts this head's queries (0), keys (1) or values (2), x (T,D).
    void store(Tensor to, int which, float[] x) {
      for (int j = 0; j < T; j++) {
        for (int d = 0; d < D; d++) {
          to.data().setAtIndex(JAVA_FLOAT, qkvAt(j, which, d), x[j * D + d]);
        }
      }
    }

    /// `S(i, .) = q(i) k^T * scale + bias`, minus infinity for padded keys.
    void scores(float[] s, int i) {
      for (int j = 0; j < T; j++) {
        float dot = 0;
        for (int d = 0; d < D; d++) {
          dot += q(i, d) * k(j, d);
        }
        s[j] = dot * scale;
        if (bias != null) {
          boolean shared = bias.size() == (long) H * T * T;
          s[j] += at(bias, shared ? ((long) h * T + i) * T + j : scoreAt(i, j));
        }
        if (padding != null && padding.data().getAtIndex(JAVA_INT, (long) b * T + j) != 0) {
          s[j] = Float.NEGATIVE_INFINITY;
        }
      }
    }

    /// What dropout multiplies P(i, j) with.
    float kept(int i, int j) {
      if (dropout == null) {
        return 1;
      }
      MemorySegment ints = dropout.numbers().ints().data();
      long seed =
          (ints.getAtIndex(JAVA_INT, StepNumbers.SEED_LOW) & 0xffffffffL)
              | (long) ints.getAtIndex(JAVA_INT, StepNumbers.SEED_HIGH) << 32;
      int[] words = new int[4];
      long element = scoreAt(i, j);
      Philox.words(
          words,
          seed,
          (int) (element >>> 2),
          dropout.stream(),
          ints.getAtIndex(JAVA_INT, StepNumbers.UPDATE),
          ints.getAtIndex(JAVA_INT, StepNumbers.MICRO_BATCH));
      boolean drop = Philox.uniform(words[(int) (element & 3)]) < dropout.p();
      return drop ? 0 : 1 / (1 - dropout.p());
    }
  }
}
