package dev.d2v.testkit;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.Backend;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/// The base of every family's contract: runs a kernel with 1, 2 and 3 threads on guarded, poisoned
/// memory, asserts that the results are the same bit for bit, and hands them over for comparison
/// with the oracle. A backend's test extends a contract and says how to open the backend.
public abstract class KernelContract {
  /// Where tails and overruns show.
  protected static final int[] SIZES = {1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 64, 100, 197, 768, 1021};

  /// For contracts.
  protected KernelContract() {}

  /// Opens the backend under test.
  protected abstract Backend open(int threads);

  /// Runs a kernel that returns its outputs, with every number of threads.
  ///
  /// @param elements an upper bound on the elements of all its tensors
  protected final float[][] run(long elements, Function<Guarded, List<Tensor>> kernel) {
    float[][] first = new float[0][];
    for (int threads = 1; threads <= 3; threads++) {
      try (Backend backend = open(threads);
          Guarded memory = new Guarded(backend, elements)) {
        List<Tensor> outputs = kernel.apply(memory);
        backend.synchronize();
        memory.check();
        float[][] result = new float[outputs.size()][];
        for (int i = 0; i < result.length; i++) {
          result[i] = backend.floats(outputs.get(i));
        }
        if (threads == 1) {
          first = result;
        }
        for (int i = 0; i < result.length; i++) {
          int at = Arrays.mismatch(first[i], result[i]);
          if (at >= 0) {
            throw new AssertionError(
                "output %d differs between 1 and %d threads at %d: %s and %s"
                    .formatted(i, threads, at, first[i][at], result[i][at]));
          }
        }
      }
    }
    return first;
  }

  /// Numbers from N(0,1), rounded to F32 so that oracle and kernel see the same.
  protected static double[] normal(Random random, int size) {
    double[] out = new double[size];
    for (int i = 0; i < size; i++) {
      out[i] = (float) random.nextGaussian();
    }
    return out;
  }

  /// Fails unless every element is within `tolerance` times the oracle's largest magnitude.
  public static void assertClose(String what, double[] expected, float[] actual, double tolerance) {
    if (expected.length != actual.length) {
      throw new AssertionError(
          what + ": expected " + expected.length + " elements, got " + actual.length);
    }
    double largest = 0;
    for (double e : expected) {
      largest = Math.max(largest, Math.abs(e));
    }
    double allowed = tolerance * Math.max(largest, 1e-30);
    for (int i = 0; i < expected.length; i++) {
      boolean same = Math.abs(expected[i] - actual[i]) <= allowed;
      if (!same && !(Double.isNaN(expected[i]) && Float.isNaN(actual[i]))) {
        throw new AssertionError(
            "%s: element %d is %s, the oracle says %s; off by %.3g, allowed %.3g"
                .formatted(
                    what, i, actual[i], expected[i], Math.abs(expected[i] - actual[i]), allowed));
      }
    }
  }
}
