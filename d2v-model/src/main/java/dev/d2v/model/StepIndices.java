package dev.d2v.model;

import static dev.d2v.model.TokenIndex.ints;

import dev.d2v.nn.Pass;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.Backend;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/// All index tensors of one step, made from its mask plan on the host and uploaded once.
///
/// @param full all tokens of each sample: the teacher's rows
/// @param kept the student's rows
/// @param replaced how rows are made of all tokens, or null where the student is given visible ones
/// @param strip (B*T) token rows of the teacher's (B*(E+T),C), or null when there are no extra
///   tokens
/// @param decoder (R*T) for each place its row of the student's output, or -1-i for row i of what
///   masked slots are filled with
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
    @Nullable Replaced replaced,
    @Nullable Tensor strip,
    Tensor decoder,
    Tensor decoderBack,
    Tensor target,
    Tensor masked,
    Tensor cls,
    Tensor maskedTime,
    Tensor places,
    TokenMean mean) {

  /// Rows with all their tokens, masked ones replaced.
  ///
  /// @param source (R*T) I32: row of the features (B*T,C), or -1-i for row i of what stands in the
  ///   place of masked tokens
  /// @param sample (R*T) I32: the row of the features at that place, masked or not
  /// @param samples B
  /// @param masked number of masked places over all rows
  public record Replaced(Tensor source, Tensor sample, int samples, int masked) {}

  /// Who will read the indices.
  ///
  /// @param encode what the student is given
  /// @param fill what stands in the place of masked tokens
  /// @param relative whether positions look at the masked rows as a whole
  public record Readers(MaskConfig.Encode encode, MaskFill fill, boolean relative) {}

  /// The indices of a plan for E extra tokens.
  ///
  /// @param padding (B*T) on the host, 1 = padded, or null
  public static StepIndices of(
      MaskPlan plan, int E, int @Nullable [] padding, Readers readers, Backend backend, Pass pass) {
    MaskFill fill = readers.fill;
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
        decoder[i] = place < V ? r * N + E + place : -1 - fill.row(r * (T - V) + place - V);
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
    return new StepIndices(
        TokenIndex.full(B, T, E, padding, backend, pass),
        kept(plan, E, padding, readers, places, seats, backend, pass),
        replaced(plan, readers, backend, pass),
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

  /// The indices of rows with all their tokens; fails where the student is given visible ones.
  public Replaced allTokens() {
    return Objects.requireNonNull(replaced, "the masks of this step choose visible tokens");
  }

  private static TokenIndex kept(
      MaskPlan plan,
      int E,
      int @Nullable [] padding,
      Readers readers,
      Tensor places,
      Tensor seats,
      Backend backend,
      Pass pass) {
    return switch (readers.encode) {
      case VISIBLE -> {
        TokenIndex.Whole whole =
            readers.relative
                ? new TokenIndex.Whole(
                    ints(blanked(plan, slot -> slot, pass), backend, pass),
                    places,
                    seats,
                    plan.sampleSize())
                : null;
        yield TokenIndex.kept(plan, E, padding, whole, backend, pass);
      }
      case ALL ->
          TokenIndex.full(
              plan.samples(), plan.masksPerSample(), plan.tokens(), E, padding, backend, pass);
    };
  }

  private static @Nullable Replaced replaced(
      MaskPlan plan, Readers readers, Backend backend, Pass pass) {
    return switch (readers.encode) {
      case VISIBLE -> null;
      case ALL ->
          new Replaced(
              ints(blanked(plan, readers.fill::row, pass), backend, pass),
              ints(samples(plan, pass), backend, pass),
              plan.samples(),
              plan.sampleSize());
    };
  }

  private static int[] count(int n, Pass pass) {
    int[] rows = pass.arrays().ints(n);
    for (int i = 0; i < n; i++) {
      rows[i] = i;
    }
    return rows;
  }

  /// Row of X at each place, `-1 - row(i)` where it is the i-th masked one.
  private static int[] blanked(MaskPlan plan, IntUnaryOperator row, Pass pass) {
    int T = plan.tokens();
    int[] source = pass.arrays().ints(plan.rows() * T);
    int masked = 0;
    for (int i = 0; i < source.length; i++) {
      int sample = i / T / plan.masksPerSample();
      source[i] = plan.mask()[i] != 0 ? -1 - row.applyAsInt(masked++) : sample * T + i % T;
    }
    return source;
  }

  /// Row of the features at each place.
  private static int[] samples(MaskPlan plan, Pass pass) {
    int T = plan.tokens();
    int[] rows = pass.arrays().ints(plan.rows() * T);
    for (int i = 0; i < rows.length; i++) {
      rows[i] = i / T / plan.masksPerSample() * T + i % T;
    }
    return rows;
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
