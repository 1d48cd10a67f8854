package dev.d2v.data.text;

import com.knuddels.jtokkit.Encodings;
import dev.d2v.data.text.ByteLevelBpe.Merge;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// GPT-2's vocabulary, from the ranks that jtokkit carries: number and rank are the same there, and
/// the merge of a token is what is left of its bytes when all lower merges are done.
///
/// @param tokens number of each token, spelt
/// @param merges by rank
record Gpt2(Map<String, Integer> tokens, List<Merge> merges) {
  static final int END_OF_TEXT = 50256;

  /// All of it.
  static Gpt2 load() {
    return load(Integer.MAX_VALUE);
  }

  /// The first `count` tokens, and `<|endoftext|>` when there are all.
  static Gpt2 load(int count) {
    List<byte[]> ranked = ranked();
    Map<String, Integer> ranks = new HashMap<>();
    Map<String, Integer> tokens = new LinkedHashMap<>();
    List<Merge> merges = new ArrayList<>();
    for (int rank = 0; rank < Math.min(count, ranked.size()); rank++) {
      String spelt = ByteAlphabet.spelt(ranked.get(rank));
      if (rank >= ByteAlphabet.BYTES) {
        merges.add(merge(spelt, ranks));
      }
      ranks.put(spelt, rank);
      tokens.put(spelt, rank);
    }
    if (count > END_OF_TEXT) {
      tokens.put("<|endoftext|>", END_OF_TEXT);
    }
    return new Gpt2(tokens, merges);
  }

  ByteLevelBpe bpe() {
    return new ByteLevelBpe("GPT-2", tokens, merges);
  }

  private static Merge merge(String token, Map<String, Integer> ranks) {
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < token.length(); i++) {
      parts.add(token.substring(i, i + 1));
    }
    while (parts.size() > 2) {
      int best = -1;
      int lowest = Integer.MAX_VALUE;
      for (int i = 0; i + 1 < parts.size(); i++) {
        Integer rank = ranks.get(parts.get(i) + parts.get(i + 1));
        if (rank != null && rank < lowest) {
          lowest = rank;
          best = i;
        }
      }
      parts.set(best, parts.get(best) + parts.remove(best + 1));
    }
    return new Merge(parts.getFirst(), parts.getLast());
  }

  private static List<byte[]> ranked() {
    List<byte[]> out = new ArrayList<>();
    try (InputStream in =
            Encodings.class.getResourceAsStream("/com/knuddels/jtokkit/r50k_base.tiktoken");
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(Objects.requireNonNull(in), StandardCharsets.US_ASCII))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        out.add(Base64.getDecoder().decode(line.substring(0, line.indexOf(' '))));
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return out;
  }
}
