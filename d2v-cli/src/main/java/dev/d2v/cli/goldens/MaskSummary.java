package dev.d2v.cli.goldens;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// What is compared of many masks: mean and standard deviation over rows, frequency by place, runs
/// by length.
///
/// @param masks one a row
/// @param side rows and columns of a grid, or 0 for a sequence
record MaskSummary(int[][] masks, int side) {
  static MaskSummary of(int[][] masks, boolean grid) {
    return new MaskSummary(masks, grid ? (int) Math.round(Math.sqrt(masks[0].length)) : 0);
  }

  /// Mean and standard deviation by name.
  Map<String, double[]> statistics() {
    Map<String, double[]> out = new LinkedHashMap<>();
    out.put("masked_count", moments(m -> Arrays.stream(m).sum()));
    if (side == 0) {
      out.put("masked_runs_per_sample", moments(m -> runs(m, 1)));
      out.put("adjacent_both_masked", moments(m -> pairs(m, 1, 1)));
    } else {
      out.put("horizontal_pair_both_masked", moments(m -> pairs(m, 1, 1)));
      out.put("vertical_pair_both_masked", moments(m -> pairs(m, side, 1)));
      out.put("horizontal_pair_both_unmasked", moments(m -> pairs(m, 1, 0)));
    }
    return out;
  }

  double[] frequency() {
    double[] f = new double[masks[0].length];
    for (int[] m : masks) {
      for (int t = 0; t < m.length; t++) {
        f[t] += (double) m[t] / masks.length;
      }
    }
    return f;
  }

  /// Number of runs by length; `row_masked_run_hist`, `col_unmasked_run_hist`, `masked_run_hist`,
  /// ...
  long[] histogram(String name) {
    int value = name.contains("unmasked") ? 0 : 1;
    boolean columns = name.startsWith("col_");
    int length = side == 0 ? masks[0].length : side;
    long[] counts = new long[length + 1];
    for (int[] m : masks) {
      for (int line = 0; line < m.length / length; line++) {
        int run = 0;
        for (int i = 0; i <= length; i++) {
          int at = columns ? i * side + line : line * length + i;
          if (i < length && m[at] == value) {
            run++;
          } else if (run > 0) {
            counts[run]++;
            run = 0;
          }
        }
      }
    }
    return counts;
  }

  private double[] moments(ToDoubleFunction<int[]> of) {
    double[] values = Arrays.stream(masks).mapToDouble(of).toArray();
    double mean = Arrays.stream(values).average().orElse(0);
    double var = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).average().orElse(0);
    return new double[] {mean, Math.sqrt(var)};
  }

  private static double runs(int[] m, int value) {
    int runs = 0;
    for (int t = 0; t < m.length; t++) {
      runs += m[t] == value && (t == 0 || m[t - 1] != value) ? 1 : 0;
    }
    return runs;
  }

  /// Part of the neighbouring pairs, `step` apart, that both have the value.
  private double pairs(int[] m, int step, int value) {
    int length = side == 0 ? m.length : side;
    int both = 0;
    int all = 0;
    for (int t = 0; t + step < m.length; t++) {
      if (step == 1 && t % length == length - 1) {
        continue;
      }
      all++;
      both += m[t] == value && m[t + step] == value ? 1 : 0;
    }
    return (double) both / all;
  }
}
