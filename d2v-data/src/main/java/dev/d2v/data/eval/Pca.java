package dev.d2v.data.eval;

import dev.d2v.data.DataException;
import dev.d2v.tensor.random.RandomStream;
import java.util.Arrays;

/// Principal components: the directions of largest variance, for a picture of features.
///
/// Found by block power iteration with Rayleigh-Ritz on the covariance `X^T X / n` of the centred
/// features, which is never formed: cost 4 n d q an iteration. The sign of a component is such that
/// its largest entry is positive.
///
/// @param mean (d) that is subtracted
/// @param components (count, d) orthonormal rows, largest variance first
/// @param variances (count) of the samples along each component
/// @param totalVariance of the samples in all directions
public record Pca(double[] mean, double[][] components, double[] variances, double totalVariance) {
  private static final int EXTRA = 6;
  private static final int MAX_ITERATIONS = 200;
  private static final double TOLERANCE = 1e-9;
  private static final int START_STREAM = 13;

  /// The first `count` components.
  ///
  /// @throws DataException when there are no samples or a feature is not finite
  public static Pca fit(Features features, int count) {
    features.checked("features");
    int d = features.width();
    if (count < 1 || count > d) {
      throw new IllegalArgumentException(
          "of %d features there are 1 to %d components, asked for %d".formatted(d, d, count));
    }
    double[] mean = features.means();
    double[] ones = new double[d];
    Arrays.fill(ones, 1);
    Features centred = features.scaled(mean, ones);
    double total = 0;
    for (double deviation : features.deviations(mean)) {
      total += deviation * deviation;
    }
    int q = Math.min(d, count + EXTRA);
    double[][] basis = start(q, d);
    double[] variances = new double[q];
    for (int i = 0; i < MAX_ITERATIONS; i++) {
      double[][] image = covarianceTimes(centred, basis);
      double[] before = variances;
      SymmetricEigen ritz = SymmetricEigen.of(products(basis, image));
      variances = ritz.values();
      basis = combined(ritz.vectors(), image);
      boolean settled = true;
      for (int k = 0; k < count; k++) {
        settled &= Math.abs(variances[k] - before[k]) <= TOLERANCE * variances[0];
      }
      orthonormalise(basis);
      if (settled) {
        break;
      }
    }
    SymmetricEigen ritz = SymmetricEigen.of(products(basis, covarianceTimes(centred, basis)));
    double[][] vectors = combined(ritz.vectors(), basis);
    double[][] components = Arrays.copyOf(vectors, count);
    for (double[] component : components) {
      pointUp(component);
    }
    return new Pca(mean, components, Arrays.copyOf(ritz.values(), count), total);
  }

  /// (rows, count) coordinates of the samples along the components.
  public float[][] project(Features features) {
    int d = features.width();
    if (d != mean.length) {
      throw new IllegalArgumentException("fitted on %d features, got %d".formatted(mean.length, d));
    }
    float[][] out = new float[features.rows()][components.length];
    for (int i = 0; i < out.length; i++) {
      for (int k = 0; k < components.length; k++) {
        double sum = 0;
        for (int j = 0; j < d; j++) {
          sum += (features.values()[i * d + j] - mean[j]) * components[k][j];
        }
        out[i][k] = (float) sum;
      }
    }
    return out;
  }

  /// Share in [0,1] of the variance that component `k` explains; 0 when nothing varies.
  public double explained(int k) {
    return totalVariance == 0 ? 0 : variances[k] / totalVariance;
  }

  private static double[][] start(int q, int d) {
    RandomStream random = new RandomStream(0, START_STREAM, 0, 0);
    double[][] basis = new double[q][d];
    for (double[] row : basis) {
      for (int j = 0; j < d; j++) {
        row[j] = random.nextGaussian();
      }
    }
    orthonormalise(basis);
    return basis;
  }

  /// Rows `X^T (X b) / n` for the rows b of the basis.
  private static double[][] covarianceTimes(Features x, double[][] basis) {
    int d = x.width();
    double[][] out = new double[basis.length][d];
    float[] values = x.values();
    for (int i = 0; i < x.rows(); i++) {
      int row = i * d;
      for (int k = 0; k < basis.length; k++) {
        double[] b = basis[k];
        double dot = 0;
        for (int j = 0; j < d; j++) {
          dot += values[row + j] * b[j];
        }
        double weight = dot / x.rows();
        double[] o = out[k];
        for (int j = 0; j < d; j++) {
          o[j] += weight * values[row + j];
        }
      }
    }
    return out;
  }

  private static double[][] products(double[][] a, double[][] b) {
    double[][] out = new double[a.length][b.length];
    for (int i = 0; i < a.length; i++) {
      for (int k = 0; k <= i; k++) {
        double dot = (dot(a[i], b[k]) + dot(a[k], b[i])) / 2;
        out[i][k] = dot;
        out[k][i] = dot;
      }
    }
    return out;
  }

  /// Row k is the sum of `rows` weighted with column k of `vectors`.
  private static double[][] combined(double[][] vectors, double[][] rows) {
    double[][] out = new double[rows.length][rows[0].length];
    for (int k = 0; k < rows.length; k++) {
      for (int i = 0; i < rows.length; i++) {
        for (int j = 0; j < rows[i].length; j++) {
          out[k][j] += vectors[i][k] * rows[i][j];
        }
      }
    }
    return out;
  }

  /// Modified Gram-Schmidt, twice; a row that depends on those before becomes zero.
  private static void orthonormalise(double[][] rows) {
    for (int i = 0; i < rows.length; i++) {
      double before = Math.sqrt(dot(rows[i], rows[i]));
      for (int k = 0; k < 2 * i; k++) {
        double[] other = rows[k % i];
        double share = dot(rows[i], other);
        for (int j = 0; j < other.length; j++) {
          rows[i][j] -= share * other[j];
        }
      }
      double norm = Math.sqrt(dot(rows[i], rows[i]));
      double scale = norm <= 1e-12 * before || norm == 0 ? 0 : 1 / norm;
      for (int j = 0; j < rows[i].length; j++) {
        rows[i][j] *= scale;
      }
    }
  }

  private static void pointUp(double[] component) {
    double largest = 0;
    for (double v : component) {
      largest = Math.abs(v) > Math.abs(largest) ? v : largest;
    }
    if (largest < 0) {
      for (int j = 0; j < component.length; j++) {
        component[j] = -component[j];
      }
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int j = 0; j < a.length; j++) {
      sum += a[j] * b[j];
    }
    return sum;
  }
}
