package dev.d2v.data.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How often each pair of neighbours occurs in the words of a text, kept up to date while pairs are
/// merged. A merge visits the words that hold the pair and no others.
final class PairCounts {
  /// Two neighbours.
  static final class Pair {
    private final int left;
    private final int right;
    private long count;
    private boolean passedOver;
    private final IntArray words = new IntArray(4);

    private Pair(int left, int right) {
      this.left = left;
      this.right = right;
    }

    int left() {
      return left;
    }

    int right() {
      return right;
    }

    long count() {
      return count;
    }
  }

  /// A pair and its count when it was queued; out of date when the count has changed since.
  private record Queued(Pair pair, long count) {}

  private final List<byte[]> bytes;
  private final List<int[]> words = new ArrayList<>();
  private final List<Long> times = new ArrayList<>();
  private final Map<Long, Pair> pairs = new HashMap<>();
  private final PriorityQueue<Queued> queue = new PriorityQueue<>(this::compare);
  private final Set<Pair> changed = new LinkedHashSet<>();

  /// @param bytes what each token stands for; grows with the merges
  PairCounts(List<byte[]> bytes) {
    this.bytes = bytes;
  }

  private int compare(Queued a, Queued b) {
    if (a.count != b.count) {
      return Long.compare(b.count, a.count);
    }
    int byLeft = Arrays.compareUnsigned(bytes.get(a.pair.left), bytes.get(b.pair.left));
    return byLeft != 0
        ? byLeft
        : Arrays.compareUnsigned(bytes.get(a.pair.right), bytes.get(b.pair.right));
  }

  /// Adds a word, its tokens from left to right, that occurs so often.
  void addWord(int[] tokens, long occurrences) {
    words.add(tokens);
    times.add(occurrences);
    count(words.size() - 1, tokens, occurrences);
  }

  /// The pair that occurs most often, the first in lexicographic order among equals; nothing when
  /// there is none.
  @Nullable Pair mostFrequent() {
    queueChanged();
    while (true) {
      Queued first = queue.poll();
      if (first == null || first.count == first.pair.count) {
        return first == null ? null : first.pair;
      }
    }
  }

  /// Never offers a pair again.
  void passOver(Pair pair) {
    pair.passedOver = true;
  }

  /// Makes a pair one token, in every word.
  void merge(Pair pair, int made) {
    for (int i = 0; i < pair.words.size(); i++) {
      int word = pair.words.get(i);
      int[] before = words.get(word);
      int[] after = merged(before, pair.left, pair.right, made);
      // The list names words that have lost the pair to other merges, and some twice.
      if (after.length < before.length) {
        count(word, before, -times.get(word));
        words.set(word, after);
        count(word, after, times.get(word));
      }
    }
    changed.remove(pair);
    pairs.remove(key(pair.left, pair.right));
  }

  private void count(int word, int[] tokens, long occurrences) {
    for (int i = 0; i + 1 < tokens.length; i++) {
      int left = tokens[i];
      int right = tokens[i + 1];
      Pair pair = pairs.computeIfAbsent(key(left, right), key -> new Pair(left, right));
      pair.count += occurrences;
      changed.add(pair);
      boolean last = pair.words.size() > 0 && pair.words.get(pair.words.size() - 1) == word;
      if (occurrences > 0 && !last) {
        pair.words.add(word);
      }
    }
  }

  private void queueChanged() {
    for (Pair pair : changed) {
      if (pair.count > 0 && !pair.passedOver) {
        queue.add(new Queued(pair, pair.count));
      }
    }
    changed.clear();
  }

  private static int[] merged(int[] tokens, int left, int right, int made) {
    int[] out = tokens.clone();
    int n = 0;
    for (int i = 0; i < tokens.length; i++) {
      boolean both = tokens[i] == left && i + 1 < tokens.length && tokens[i + 1] == right;
      out[n++] = both ? made : tokens[i];
      i += both ? 1 : 0;
    }
    return n == tokens.length ? tokens : Arrays.copyOf(out, n);
  }

  private static long key(int left, int right) {
    return (long) left << 32 | right;
  }
}
