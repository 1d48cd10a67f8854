package dev.d2v.data.text;

import java.util.Arrays;

/// Merges the tokens of one piece: as long as neighbours have a merge, all pairs of the lowest rank
/// are merged, from left to right. Short pieces are searched again for each rank; long ones keep
/// their pairs in a heap and take n log n steps. Not for several threads.
final class PieceMerger {
  private static final int SHORT = 48;

  private final MergeTable merges;
  private final Heap heap = new Heap();
  private int[] before = new int[0];
  private int[] after = new int[0];
  private int[] fresh = new int[16];

  PieceMerger(MergeTable merges) {
    this.merges = merges;
  }

  /// Merges the first `count` tokens in place; how many are left.
  int merge(int[] tokens, int count) {
    return count <= SHORT ? mergeShort(tokens, count) : mergeLong(tokens, count);
  }

  private int mergeShort(int[] tokens, int count) {
    int left = count;
    while (true) {
      int lowest = MergeTable.NEVER;
      int first = 0;
      for (int i = 0; i + 1 < left; i++) {
        int rank = merges.rank(tokens[i], tokens[i + 1]);
        if (rank < lowest) {
          lowest = rank;
          first = i;
        }
      }
      if (lowest == MergeTable.NEVER) {
        return left;
      }
      left = mergeAll(tokens, left, first);
    }
  }

  /// Merges every pair that equals the one at `first`, the leftmost of them.
  private int mergeAll(int[] tokens, int count, int first) {
    int a = tokens[first];
    int b = tokens[first + 1];
    int made = merges.result(a, b);
    int out = first;
    for (int in = first; in < count; out++) {
      if (tokens[in] == a && in + 1 < count && tokens[in + 1] == b) {
        tokens[out] = made;
        in += 2;
      } else {
        tokens[out] = tokens[in++];
      }
    }
    return out;
  }

  /// A linked list over positions; a token that was merged into its left neighbour has become -1.
  private int mergeLong(int[] tokens, int count) {
    link(count);
    heap.clear();
    for (int i = 0; i + 1 < count; i++) {
      offer(tokens, i, i + 1);
    }
    while (!heap.isEmpty()) {
      int rank = (int) (heap.least() >>> 32);
      int made = 0;
      // Pairs that arise wait until all of this rank are merged, as in the short way.
      while (!heap.isEmpty() && (int) (heap.least() >>> 32) == rank) {
        int at = (int) heap.poll();
        int next = after[at];
        boolean stands =
            tokens[at] >= 0 && next < count && merges.rank(tokens[at], tokens[next]) == rank;
        if (stands) {
          tokens[at] = merges.result(tokens[at], tokens[next]);
          tokens[next] = -1;
          after[at] = after[next];
          if (after[at] < count) {
            before[after[at]] = at;
          }
          made = remember(made, at);
        }
      }
      for (int i = 0; i < made; i++) {
        int at = fresh[i];
        if (tokens[at] >= 0) {
          offerAround(tokens, at, count);
        }
      }
    }
    int left = 0;
    for (int i = 0; i < count; i = after[i]) {
      tokens[left++] = tokens[i];
    }
    return left;
  }

  private void link(int count) {
    if (before.length < count) {
      before = new int[count];
      after = new int[count];
    }
    for (int i = 0; i < count; i++) {
      before[i] = i - 1;
      after[i] = i + 1;
    }
  }

  private int remember(int made, int at) {
    if (made == fresh.length) {
      fresh = Arrays.copyOf(fresh, 2 * made);
    }
    fresh[made] = at;
    return made + 1;
  }

  private void offerAround(int[] tokens, int at, int count) {
    if (before[at] >= 0) {
      offer(tokens, before[at], at);
    }
    if (after[at] < count) {
      offer(tokens, at, after[at]);
    }
  }

  private void offer(int[] tokens, int at, int next) {
    int rank = merges.rank(tokens[at], tokens[next]);
    if (rank != MergeTable.NEVER) {
      heap.add((long) rank << 32 | at);
    }
  }

  /// The smallest of many longs.
  private static final class Heap {
    private long[] values = new long[64];
    private int size;

    boolean isEmpty() {
      return size == 0;
    }

    void clear() {
      size = 0;
    }

    long least() {
      return values[0];
    }

    void add(long value) {
      if (size == values.length) {
        values = Arrays.copyOf(values, 2 * size);
      }
      int at = size++;
      while (at > 0 && values[(at - 1) >>> 1] > value) {
        values[at] = values[(at - 1) >>> 1];
        at = (at - 1) >>> 1;
      }
      values[at] = value;
    }

    long poll() {
      long least = values[0];
      long last = values[--size];
      int at = 0;
      while (true) {
        int child = 2 * at + 1;
        if (child >= size) {
          break;
        }
        if (child + 1 < size && values[child + 1] < values[child]) {
          child++;
        }
        if (values[child] >= last) {
          break;
        }
        values[at] = values[child];
        at = child;
      }
      values[at] = last;
      return least;
    }
  }
}
