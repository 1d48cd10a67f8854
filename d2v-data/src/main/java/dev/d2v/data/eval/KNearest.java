package dev.d2v.data.eval;

import dev.d2v.data.DataException;
import java.util.Arrays;

/// Classification by the nearest training samples, as DINO scores features: cosine similarity of
/// the features as they are (neither centred nor standardised), the k = 20 nearest vote with weight
/// `exp(similarity / 0.07)`. Of equal sums the smaller class wins.
public final class KNearest {
  /// Neighbours that vote.
  public static final int NEIGHBOURS = 20;

  private static final double TEMPERATURE = 0.07;
  private static final int CANDIDATES = 64;

  private final float[] train;
  private final int padded;
  private final int width;
  private final int[] labels;
  private final int threads;

  /// Training samples and the class of each.
  ///
  /// @param threads threads for the queries; results do not depend on it
  /// @throws DataException when there are no samples, a label is missing or a feature not finite
  public KNearest(Features train, int[] labels, int threads) {
    LogisticRegression.checkLabels(train.checked("features"), labels);
    this.labels = labels.clone();
    this.threads = threads;
    this.width = train.width();
    this.padded = Tiles.padded(width);
    Features unit = normalised(train);
    this.train = new float[Math.multiplyExact(train.rows(), padded)];
    for (int i = 0; i < train.rows(); i++) {
      System.arraycopy(unit.values(), i * width, this.train, i * padded, width);
    }
  }

  /// The nearest of each query, nearest first.
  ///
  /// @param indices (queries, k) numbers of training samples
  /// @param similarities (queries, k) cosines
  public record Neighbours(int[][] indices, float[][] similarities) {}

  /// The `k` nearest training samples of every query, or all when there are fewer.
  public Neighbours neighbours(Features queries, int k) {
    if (queries.width() != width) {
      throw new IllegalArgumentException(
          "fitted on %d features, got %d".formatted(width, queries.width()));
    }
    int kept = Math.min(k, labels.length);
    Tiles tiles = new Tiles(normalised(queries.checked("features")));
    int[][] indices = new int[queries.rows()][kept];
    float[][] similarities = new float[queries.rows()][kept];
    try (Workers workers = new Workers(threads)) {
      workers.run(tiles.groups(), g -> search(tiles, g, indices, similarities));
    }
    return new Neighbours(indices, similarities);
  }

  /// Share of queries in [0,1] that the vote gives their label.
  public double accuracy(Features queries, int[] queryLabels) {
    LogisticRegression.checkLabels(queries, queryLabels);
    return LogisticRegression.share(predict(queries), queryLabels);
  }

  /// The class that the neighbours of every query vote for.
  public int[] predict(Features queries) {
    Neighbours near = neighbours(queries, NEIGHBOURS);
    int classes = Arrays.stream(labels).max().orElseThrow() + 1;
    int[] out = new int[queries.rows()];
    for (int q = 0; q < out.length; q++) {
      double[] votes = new double[classes];
      for (int i = 0; i < near.indices[q].length; i++) {
        votes[labels[near.indices[q][i]]] += Math.exp(near.similarities[q][i] / TEMPERATURE);
      }
      for (int c = 1; c < classes; c++) {
        out[q] = votes[c] > votes[out[q]] ? c : out[q];
      }
    }
    return out;
  }

  private void search(Tiles tiles, int g, int[][] indices, float[][] similarities) {
    float[][] products = new float[CANDIDATES][Tiles.LANES];
    int first = g * Tiles.LANES;
    int[] found = new int[Tiles.LANES];
    for (int from = 0; from < labels.length; from += CANDIDATES) {
      int count = Math.min(CANDIDATES, labels.length - from);
      tiles.products(g, train, from * padded, count, products);
      for (int r = 0; r < tiles.rowsOf(g); r++) {
        int[] best = indices[first + r];
        float[] score = similarities[first + r];
        for (int c = 0; c < count; c++) {
          float similarity = products[c][r];
          if (found[r] < best.length || similarity > score[best.length - 1]) {
            insert(best, score, found[r], from + c, similarity);
            found[r] = Math.min(found[r] + 1, best.length);
          }
        }
      }
    }
  }

  /// Keeps the list sorted, the earlier sample first among equals.
  private static void insert(int[] best, float[] score, int found, int index, float similarity) {
    int at = Math.min(found, best.length - 1);
    while (at > 0 && score[at - 1] < similarity) {
      best[at] = best[at - 1];
      score[at] = score[at - 1];
      at--;
    }
    best[at] = index;
    score[at] = similarity;
  }

  private static Features normalised(Features features) {
    int width = features.width();
    float[] out = new float[features.values().length];
    for (int i = 0; i < features.rows(); i++) {
      double square = 0;
      for (int j = 0; j < width; j++) {
        double v = features.values()[i * width + j];
        square += v * v;
      }
      double scale = square == 0 ? 0 : 1 / Math.sqrt(square);
      for (int j = 0; j < width; j++) {
        out[i * width + j] = (float) (features.values()[i * width + j] * scale);
      }
    }
    return new Features(out, features.rows(), width);
  }
}
