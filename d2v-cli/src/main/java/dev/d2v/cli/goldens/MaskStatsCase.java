package dev.d2v.cli.goldens;

import dev.d2v.model.Masks;
import dev.d2v.model.SpanMasks;
import dev.d2v.tensor.random.RandomStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// `mask_stats`: as many masks as the reference drew, compared by frequency, runs and neighbours at
/// five standard errors, and exact counts where nothing is random.
final class MaskStatsCase {
  private static final long SEED = 20_221_212;

  private final GoldenCase c;
  private final Comparison comparison;

  private MaskStatsCase(GoldenCase c, Comparison comparison) {
    this.c = c;
    this.comparison = comparison;
  }

  static void run(GoldenCase c, Comparison comparison) {
    MaskStatsCase stats = new MaskStatsCase(c, comparison);
    int n = GoldenCase.integer(c.json(), "n_samples");
    List<Map<String, Object>> entries = c.objects("entries");
    for (int i = 0; i < entries.size(); i++) {
      stats.entry(entries.get(i), n, i);
    }
    stats.counts();
    c.requireAllSeen(comparison);
  }

  private void entry(Map<String, Object> e, int n, int stream) {
    String key = String.valueOf(e.get("key"));
    String function = String.valueOf(e.get("function"));
    Map<String, Object> args = GoldenCase.asObject(e.get("args"), "args");
    boolean span = function.startsWith("span");
    int[][] masks = span ? spans(args, n, stream) : single(function, args, n, stream);
    boolean grid = function.equals("block_2d");
    MaskSummary ours = MaskSummary.of(masks, grid);
    Map<String, Object> stats = GoldenCase.asObject(e.get("stats"), "stats");
    // Rows of a span batch share their count, so their mean has the error of a quarter as many.
    double independent = span ? n / 4.0 : n;
    for (Map.Entry<String, double[]> own : ours.statistics().entrySet()) {
      double mean = GoldenCase.number(stats, own.getKey() + "_mean");
      double std = GoldenCase.number(stats, own.getKey() + "_std");
      double error =
          Math.sqrt((std * std + own.getValue()[1] * own.getValue()[1]) / independent) + 1e-9;
      comparison.within(
          key + " " + own.getKey(),
          Math.abs(mean - own.getValue()[0]),
          Tolerances.STANDARD_ERRORS * error);
    }
    frequencies(key, ours.frequency(), n, span);
    for (String histogram : c.names(key + ".")) {
      if (histogram.endsWith("_hist")) {
        histogram(histogram, ours.histogram(histogram.substring(key.length() + 1)), n);
      }
    }
  }

  private void frequencies(String key, double[] ours, int n, boolean span) {
    float[] theirs = c.floats(key + ".freq");
    double worst = 0;
    for (int t = 0; t < theirs.length; t++) {
      double f = (theirs[t] + ours[t]) / 2;
      double error = Math.sqrt(2 * f * (1 - f) / n) * (span ? 2 : 1) + 1e-9;
      worst = Math.max(worst, Math.abs(theirs[t] - ours[t]) / error);
    }
    comparison.within(key + ".freq", worst, Tolerances.STANDARD_ERRORS);
  }

  /// Runs of a length per sample: counts of a sum over samples; a Poisson error, doubled because
  /// runs of one sample depend on each other.
  private void histogram(String name, long[] ours, int n) {
    int[] theirs = c.ints(name);
    double worst = 0;
    for (int i = 0; i < theirs.length; i++) {
      double error = 2 * Math.sqrt((double) theirs[i] + ours[i]) + 1;
      worst = Math.max(worst, Math.abs((double) theirs[i] - ours[i]) / error);
    }
    comparison.within(name + " of " + n, worst, Tolerances.STANDARD_ERRORS);
  }

  private static int[][] single(String function, Map<String, Object> args, int n, int stream) {
    int[][] masks = new int[n][];
    for (int i = 0; i < n; i++) {
      RandomStream random = new RandomStream(SEED, stream, 0, i);
      masks[i] =
          switch (function) {
            case "random_masking" ->
                Masks.random(
                    GoldenCase.integer(args, "L"), GoldenCase.number(args, "mask_ratio"), random);
            case "block_1d" -> Masks.blocks(blocks(1, args), random);
            case "block_2d" -> Masks.blocks(blocks(2, args), random);
            default -> throw new IllegalArgumentException("unknown mask function " + function);
          };
    }
    return masks;
  }

  private static Masks.Blocks blocks(int axes, Map<String, Object> args) {
    return new Masks.Blocks(
        axes,
        GoldenCase.integer(args, "L"),
        GoldenCase.number(args, "mask_prob"),
        GoldenCase.integer(args, "mask_length"),
        GoldenCase.number(args, "mask_prob_adjust", 0),
        GoldenCase.flag(args, "inverse_mask", false),
        GoldenCase.number(args, "mask_dropout", 0),
        GoldenCase.flag(args, "require_same_masks", true),
        GoldenCase.flag(args, "non_overlapping", false),
        GoldenCase.flag(args, "expand_adjcent", false));
  }

  private static int[][] spans(Map<String, Object> args, int n, int stream) {
    int T = GoldenCase.integer(args, "L");
    int rows = GoldenCase.integer(args, "batch_rows");
    int pad = GoldenCase.integer(args, "pad_last_of_row_1");
    int[] lengths = new int[rows];
    Arrays.fill(lengths, T);
    lengths[1] -= pad;
    SpanMasks spans =
        new SpanMasks(
            T,
            GoldenCase.number(args, "mask_prob"),
            GoldenCase.integer(args, "mask_length"),
            GoldenCase.integer(args, "min_masks"),
            GoldenCase.flag(args, "require_same_masks", true),
            GoldenCase.flag(args, "add_masks", false),
            GoldenCase.number(args, "mask_dropout", 0));
    int[][] masks = new int[n][];
    for (int i = 0; i < n; i += rows) {
      RandomStream random = new RandomStream(SEED, stream, 0, i);
      int[][] batch = spans.draw(rows, pad == 0 ? null : lengths, random);
      System.arraycopy(batch, 0, masks, i, rows);
    }
    return masks;
  }

  private void counts() {
    RandomStream random = new RandomStream(SEED, 999, 0, 0);
    for (Map<String, Object> e : c.objects("deterministic_counts_block")) {
      int L = GoldenCase.integer(e, "L");
      double p = GoldenCase.number(e, "mask_prob");
      boolean inverse = GoldenCase.flag(e, "inverse_mask", false);
      for (int axes = 1; axes <= 2; axes++) {
        Object expected = e.get("masked_" + axes + "d");
        if (expected != null) {
          Masks.Blocks blocks = new Masks.Blocks(axes, L, p, 3, 0, inverse, 0, true, false, false);
          comparison.number(
              "count of " + e,
              GoldenCase.number(expected, "masked"),
              Arrays.stream(Masks.blocks(blocks, random)).sum(),
              1e-9);
        }
      }
    }
    for (Map<String, Object> e : c.objects("deterministic_counts_random")) {
      int[] mask =
          Masks.random(GoldenCase.integer(e, "L"), GoldenCase.number(e, "mask_ratio"), random);
      comparison.number(
          "count of " + e, GoldenCase.number(e, "masked"), Arrays.stream(mask).sum(), 1e-9);
    }
  }
}
