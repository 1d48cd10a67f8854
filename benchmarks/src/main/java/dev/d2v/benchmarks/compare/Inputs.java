package dev.d2v.benchmarks.compare;

/// Made-up inputs, the same in every process: element i of the input of a name is a hash of both.
public final class Inputs {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private Inputs() {}

  /// Numbers spread evenly over -1 to 1.
  public static float[] floats(String name, int size) {
    long seed = mix(name.hashCode());
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (mix(seed + i * GOLDEN) >> 40) * 0x1p-23f;
    }
    return values;
  }

  /// Numbers between 0 and 1, for what must not be negative.
  public static float[] positive(String name, int size) {
    float[] values = floats(name, size);
    for (int i = 0; i < size; i++) {
      values[i] = Math.abs(values[i]);
    }
    return values;
  }

  /// Numbers of rows, each below `rows`.
  public static int[] indices(String name, int size, int rows) {
    long seed = mix(name.hashCode());
    int[] values = new int[size];
    for (int i = 0; i < size; i++) {
      values[i] = (int) Math.floorMod(mix(seed + i * GOLDEN), (long) rows);
    }
    return values;
  }

  /// The finalizer of splitmix64.
  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
