package dev.d2v.data;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/// Files that could not be read, with the reason, up to a limit. Safe for several threads.
public final class SkippedFiles {
  private static final int NAMED_IN_SUMMARY = 5;

  private final int limit;
  private final int total;
  private final Map<Path, String> reasons = new TreeMap<>();

  /// Allows `limit` of `total` files to be unreadable.
  public SkippedFiles(int limit, int total) {
    if (limit < 0) {
      throw new IllegalArgumentException("the limit of skipped files is at least 0, got " + limit);
    }
    this.limit = limit;
    this.total = total;
  }

  /// The usual limit: 5 % of the files, but at least 5 and at most 100 and never more than half.
  public static int usualLimit(int total) {
    return Math.min(Math.min(100, Math.max(5, total / 20)), total / 2);
  }

  /// Notes a file; again noting one changes nothing.
  ///
  /// @throws DataException when there are now more than the limit
  public synchronized void note(Path file, String reason) {
    reasons.putIfAbsent(file, reason);
    if (reasons.size() > limit) {
      throw new DataException(
          "Too many files cannot be read: %d of %d files, and at most %d may be skipped. %s Repair or remove them, or allow more to be skipped."
              .formatted(reasons.size(), total, limit, named()));
    }
  }

  /// How many there are.
  public synchronized int count() {
    return reasons.size();
  }

  /// Files and reasons, sorted by path; a copy.
  public synchronized Map<Path, String> reasons() {
    return new TreeMap<>(reasons);
  }

  /// A sentence naming the first few, or an empty text when there are none.
  public synchronized String summary() {
    if (reasons.isEmpty()) {
      return "";
    }
    return "Skipped %d of %d files that cannot be read. %s"
        .formatted(reasons.size(), total, named());
  }

  private String named() {
    StringBuilder text = new StringBuilder();
    int shown = 0;
    for (Map.Entry<Path, String> entry : reasons.entrySet()) {
      if (shown++ == NAMED_IN_SUMMARY) {
        text.append("; and ").append(reasons.size() - NAMED_IN_SUMMARY).append(" more");
        break;
      }
      text.append(shown == 1 ? "" : "; ").append(entry.getKey());
      text.append(" (").append(entry.getValue()).append(')');
    }
    return text.append('.').toString();
  }
}
