package dev.d2v.nn;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Arrays in which a step makes its indices before they are uploaded, kept for the next step: once
/// every shape has been seen, a step leaves nothing on the Java heap that grows with it.
public final class HostArrays {
  private final Map<Integer, Pool> pools = new HashMap<>();

  /// Arrays of one length, the first `used` of which are in use.
  private static final class Pool {
    private final List<int[]> arrays = new ArrayList<>();
    private int used;
  }

  /// No arrays yet.
  public HostArrays() {}

  /// Nothing is in use any more.
  public void reset() {
    for (Pool pool : pools.values()) {
      pool.used = 0;
    }
  }

  /// An array of exactly that length with undefined content, the caller's until [#reset].
  public int[] ints(int length) {
    Pool pool = pools.computeIfAbsent(length, n -> new Pool());
    if (pool.used == pool.arrays.size()) {
      pool.arrays.add(new int[length]);
    }
    return pool.arrays.get(pool.used++);
  }
}
