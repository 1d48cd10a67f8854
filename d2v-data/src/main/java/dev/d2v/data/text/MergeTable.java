package dev.d2v.data.text;

import java.util.Arrays;

/// From a pair of tokens to the rank of its merge and the token it makes: a hash table with open
/// addressing, filled once.
final class MergeTable {
  /// The rank of a pair that never merges; above all others.
  static final int NEVER = Integer.MAX_VALUE;

  private static final long EMPTY = -1;

  private final long[] pairs;
  private final int[] ranks;
  private final int[] results;
  private final int mask;

  MergeTable(int merges) {
    int slots = Integer.highestOneBit(Math.max(4, Math.multiplyExact(merges, 2))) * 2;
    pairs = new long[slots];
    ranks = new int[slots];
    results = new int[slots];
    mask = slots - 1;
    Arrays.fill(pairs, EMPTY);
    Arrays.fill(ranks, NEVER);
  }

  /// Enters a pair; false when it was there before.
  boolean put(int left, int right, int rank, int result) {
    int slot = slot(left, right);
    if (pairs[slot] != EMPTY) {
      return false;
    }
    pairs[slot] = pair(left, right);
    ranks[slot] = rank;
    results[slot] = result;
    return true;
  }

  /// The rank of a pair, or [#NEVER].
  int rank(int left, int right) {
    return ranks[slot(left, right)];
  }

  /// What a pair that has a rank makes.
  int result(int left, int right) {
    return results[slot(left, right)];
  }

  private int slot(int left, int right) {
    long pair = pair(left, right);
    long hash = pair * 0x9E3779B97F4A7C15L;
    int slot = (int) (hash >>> 32) & mask;
    while (pairs[slot] != pair && pairs[slot] != EMPTY) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private static long pair(int left, int right) {
    return (long) left << 32 | right;
  }
}
