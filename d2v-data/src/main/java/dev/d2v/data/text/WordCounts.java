package dev.d2v.data.text;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// How often each piece occurs, in bounded memory: when there are more than `limit` different ones,
/// the rarer half is dropped, and its counts with it. Up to then counts are exact.
final class WordCounts implements DocumentSink {
  /// Longer pieces are counted in parts of this many characters: what lies further apart in one
  /// piece never merges usefully, and one piece must not cost the square of its length.
  private static final int LONGEST = 128;

  private static final class Count {
    private long times;
  }

  /// A piece and how often it occurred.
  record Word(String text, long times) {}

  private final int limit;
  private final Map<String, Count> counts = new HashMap<>();
  private boolean exact = true;

  WordCounts(int limit) {
    this.limit = limit;
  }

  @Override
  public void part(String text, boolean begins) {
    int length = text.length();
    for (int at = 0; at < length; ) {
      int end = WordSplitter.next(text, at, length);
      for (int from = at; from < end; ) {
        int to = Math.min(end, from + LONGEST);
        if (to < end && Character.isHighSurrogate(text.charAt(to - 1))) {
          to--;
        }
        counts.computeIfAbsent(text.substring(from, to), word -> new Count()).times++;
        from = to;
      }
      at = end;
    }
    if (counts.size() > limit) {
      dropRarer();
    }
  }

  @Override
  public void end() {
    // Where documents end makes no difference to what words they have.
  }

  private void dropRarer() {
    long[] times = counts.values().stream().mapToLong(count -> count.times).toArray();
    Arrays.sort(times);
    long least = times[times.length / 2];
    counts.values().removeIf(count -> count.times <= least);
    exact = false;
  }

  /// Whether nothing was dropped.
  boolean exact() {
    return exact;
  }

  /// All pieces, in the order of their characters.
  List<Word> words() {
    return counts.entrySet().stream()
        .map(e -> new Word(e.getKey(), e.getValue().times))
        .sorted(Comparator.comparing(Word::text))
        .toList();
  }
}
