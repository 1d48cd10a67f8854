package dev.d2v.model.speech;

/// `X[k] = sum over n of x[n] exp(-2 pi i k n / N)` for N a power of two: the discrete Fourier
/// transform, of two real signals at once.
final class Spectrum {
  private final int N;
  private final double[] cos;
  private final double[] sin;

  Spectrum(int N) {
    this.N = N;
    this.cos = new double[N / 2];
    this.sin = new double[N / 2];
    for (int i = 0; i < N / 2; i++) {
      cos[i] = Math.cos(2 * Math.PI * i / N);
      sin[i] = Math.sin(2 * Math.PI * i / N);
    }
  }

  int size() {
    return N;
  }

  /// Replaces signals a and b by their power spectra, `|X[k]|^2`, k = 0 .. N/2.
  void powers(double[] a, double[] b) {
    transform(a, b);
    // Z = A + iB, with A and B symmetric: A[k] = (Z[k] + conj Z[N-k]) / 2, B[k] = (Z[k] - conj
    // Z[N-k]) / 2i
    for (int k = 0; k <= N / 2; k++) {
      int mirror = (N - k) % N;
      double ar = a[k] + a[mirror];
      double ai = b[k] - b[mirror];
      double br = b[k] + b[mirror];
      double bi = a[k] - a[mirror];
      a[k] = (ar * ar + ai * ai) / 4;
      b[k] = (br * br + bi * bi) / 4;
    }
  }

  /// The transform of `re + i im`, in place.
  private void transform(double[] re, double[] im) {
    for (int i = 0; i < N; i++) {
      int j = Integer.reverse(i) >>> (1 + Integer.numberOfLeadingZeros(N));
      if (i < j) {
        swap(re, i, j);
        swap(im, i, j);
      }
    }
    for (int half = 1; half < N; half *= 2) {
      int step = N / (2 * half);
      for (int from = 0; from < N; from += 2 * half) {
        for (int k = 0; k < half; k++) {
          int p = from + k;
          int q = p + half;
          double c = cos[k * step];
          double s = sin[k * step];
          double r = re[q] * c + im[q] * s;
          double i = im[q] * c - re[q] * s;
          re[q] = re[p] - r;
          im[q] = im[p] - i;
          re[p] += r;
          im[p] += i;
        }
      }
    }
  }

  private static void swap(double[] x, int i, int j) {
    double t = x[i];
    x[i] = x[j];
    x[j] = t;
  }
}
