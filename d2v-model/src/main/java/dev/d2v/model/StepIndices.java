package dev.d2v.model;

import static dev.d2v.model.TokenIndex.ints;

import dev.d2v.nn.Pass;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.Backend;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// All index tensors of one step, made from its mask plan on the host and uploaded once.
///
/// @param full all tokens of each sample: the teacher's rows
/// @param kept the student's rows
/// @param strip (B*T) token rows of the teacher's (B*(E+T),C), or null when there are no extra
///   tokens
/// @param decoder (R*T) for each place its row of the student's output, or -1-i for noise row i
/// @param decoderBack (R*(E+V)) for each student row its place (R*T), or -1 for extra tokens
/// @param target (R*T) for each masked place its target row (B*T), -1 elsewhere
/// @param masked (R*T) the place itself where it is masked, -1 elsewhere
/// @param cls (R*(E+V)) the sample where the row is the CLS token, -1 elsewhere
/// @param maskedTime (R*T) time of each masked place, -1 elsewhere
/// @param places (B*T) every row of the features, for their spread
/// @param mean the mean over tokens that are not padding
public record StepIndices(
    TokenIndex full,
    TokenIndex kept,
    @Nullable Tensor strip,
    Tensor decoder,
    Tensor decoderBack,
    Tensor target,
    Tensor masked,
    Tensor cls,
    Tensor maskedTime,
    Tensor places,
    TokenMean mean) {

  /// The indices of a plan for E extra tokens.
  ///
  /// @param padding (B*T) on the host, 1 = padded, or null
  /// @param relative whether something looks at the masked rows as a whole
  public static StepIndices of(
      MaskPlan plan,
      int E,
      int @Nullable [] padding,
      boolean relative,
      Backend backend,
      Pass pass) {
    int B = plan.samples();
    int T = plan.tokens();
    int V = plan.kept();
    int R = plan.rows();
    int N = E + V;
    int[] decoder = pass.arrays().ints(R * T);
    int[] decoderBack = pass.arrays().ints(R * N);
    int[] target = pass.arrays().ints(R * T);
    int[] masked = pass.arrays().ints(R * T);
    int[] cls = pass.arrays().ints(R * N);
    int[] maskedTime = pass.arrays().ints(R * T);
    Arrays.fill(decoderBack, -1);
    Arrays.fill(cls, -1);
    for (int r = 0; r < R; r++) {
      int sample = r / plan.masksPerSample();
      if (E > 0) {
        cls[r * N + E - 1] = sample;
      }
      for (int t = 0; t < T; t++) {
        int i = r * T + t;
        int place = plan.idsRestore()[i];
        decoder[i] = place < V ? r * N + E + place : -1 - (r * (T - V) + place - V);
        if (place < V) {
          decoderBack[r * N + E + place] = i;
        }
        boolean hidden = plan.mask()[i] != 0;
        target[i] = hidden ? sample * T + t : -1;
        masked[i] = hidden ? i : -1;
        maskedTime[i] = hidden ? t : -1;
      }
    }
    Tensor seats = ints(decoder, backend, pass);
    Tensor places = ints(decoderBack, backend, pass);
    TokenIndex.Whole whole =
        relative
            ? new TokenIndex.Whole(
                ints(blanked(plan, pass), backend, pass), places, seats, plan.sampleSize())
            : null;
    return new StepIndices(
        TokenIndex.full(B, T, E, padding, backend, pass),
        TokenIndex.kept(plan, E, padding, whole, backend, pass),
        E == 0 ? null : strip(B, T, E, backend, pass),
        seats,
        places,
        ints(target, backend, pass),
        ints(masked, backend, pass),
        ints(cls, backend, pass),
        ints(maskedTime, backend, pass),
        ints(count(B * T, pass), backend, pass),
        TokenMean.of(padding, B, T, backend, pass));
  }

  private static int[] count(int n, Pass pass) {
    int[] rows = pass.arrays().ints(n);
    for (int i = 0; i < n; i++) {
      rows[i] = i;
    }
    return rows;
  }

  /// Row of X at each place, -1-i where it is the i-th masked one.
  private static int[] blanked(MaskPlan plan, Pass pass) {
    int T = plan.tokens();
    int[] source = pass.arrays().ints(plan.rows() * T);
    int masked = 0;
    for (int i = 0; i < source.length; i++) {
      int sample = i / T / plan.masksPerSample();
      source[i] = plan.mask()[i] != 0 ? -1 - masked++ : sample * T + i % T;
    }
    return source;
  }

  /// Token rows of (B*(E+T),C).
  static Tensor strip(int B, int T, int E, Backend backend, Pass pass) {
    int[] strip = pass.arrays().ints(B * T);
    for (int i = 0; i < strip.length; i++) {
      strip[i] = i / T * (E + T) + E + i % T;
    }
    return ints(strip, backend, pass);
  }
}
