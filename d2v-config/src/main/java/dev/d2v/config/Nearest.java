package dev.d2v.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// Names that someone may have meant.
public final class Nearest {
  private static final int SHOWN = 3;

  private Nearest() {}

  /// Up to three of the names, nearest first: those within a third of the wanted name's letters (at
  /// least two).
  public static List<String> to(String wanted, Collection<String> names) {
    record Candidate(String name, int distance) {}
    int limit = Math.max(2, wanted.length() / 3);
    List<Candidate> near =
        names.stream()
            .map(name -> new Candidate(name, distance(fold(wanted), fold(name))))
            .filter(c -> c.distance <= limit)
            .sorted(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::name))
            .toList();
    boolean clear = !near.isEmpty() && near.getFirst().distance <= 1;
    return near.stream()
        .filter(c -> !clear || c.distance == near.getFirst().distance)
        .limit(SHOWN)
        .map(Candidate::name)
        .toList();
  }

  /// `; did you mean 'a' or 'b'?`, or nothing when there are no names.
  public static String hint(List<String> names) {
    return names.isEmpty()
        ? ""
        : names.stream()
            .map(n -> "'" + n + "'")
            .collect(Collectors.joining(" or ", "; did you mean ", "?"));
  }

  private static String fold(String name) {
    return name.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
  }

  /// Letters to insert, delete, replace or swap with their neighbour to get from `a` to `b`
  /// (optimal string alignment).
  static int distance(String a, String b) {
    int[] before = new int[b.length() + 1];
    int[] previous = new int[b.length() + 1];
    int[] current = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replace = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(replace, 1 + Math.min(previous[j], current[j - 1]));
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          current[j] = Math.min(current[j], before[j - 2] + 1);
        }
      }
      int[] free = before;
      before = previous;
      previous = current;
      current = free;
    }
    return previous[b.length()];
  }
}
