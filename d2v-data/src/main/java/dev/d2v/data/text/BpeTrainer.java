package dev.d2v.data.text;

import dev.d2v.data.DataException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Makes a vocabulary from text (Sennrich et al., 2016, on bytes): the pair of neighbouring tokens
/// that occurs most often within pieces becomes a token, again and again. Among pairs that occur
/// equally often the one whose bytes come first in lexicographic order is taken, the left token's
/// before the right one's, so the same text gives the same vocabulary everywhere.
///
/// The numbers are RoBERTa's way: `<s>`, `<pad>`, `</s>`, `<unk>` are 0 to 3, then come the 256
/// bytes, the merges in their order, and `<mask>` last.
///
/// Only counts of different pieces are in memory, of at most [#MAX_WORDS]; where a text has more,
/// the rarest are forgotten on the way.
public final class BpeTrainer {
  /// The smallest vocabulary: five special tokens and the bytes.
  public static final int SMALLEST = SpecialTokens.LEADING + ByteAlphabet.BYTES + 1;

  /// The largest vocabulary.
  public static final int LARGEST = 1 << 20;

  /// Different pieces that are counted at once.
  public static final int MAX_WORDS = 2_000_000;

  /// A pair must occur at least so often to become a token.
  private static final long LEAST = 2;

  private BpeTrainer() {}

  /// A new vocabulary.
  ///
  /// @param size tokens, special ones included; fewer come when no pair occurs twice any more
  /// @throws DataException when a file cannot be read or is not UTF-8, or there is no text
  public static TextTokenizer train(TextSource source, int size) {
    return train(source, size, MAX_WORDS);
  }

  static TextTokenizer train(TextSource source, int size, int maxWords) {
    if (size < SMALLEST || size > LARGEST) {
      throw new IllegalArgumentException(
          "a vocabulary has %d to %d tokens (256 bytes and five special ones come first), got %d"
              .formatted(SMALLEST, LARGEST, size));
    }
    WordCounts counts = new WordCounts(maxWords);
    for (Path file : source.files()) {
      source.read(file, counts);
    }
    List<WordCounts.Word> words = counts.words();
    if (words.isEmpty()) {
      throw new DataException(
          "%s: expected text to make a vocabulary from, found none.".formatted(source.name()));
    }
    return new Training(source.name(), size).run(words);
  }

  /// One vocabulary in the making.
  private static final class Training {
    private final String name;
    private final int size;
    private final List<byte[]> bytes = new ArrayList<>();
    private final Map<String, Integer> tokens = new LinkedHashMap<>();
    private final List<ByteLevelBpe.Merge> merges = new ArrayList<>();

    Training(String name, int size) {
      this.name = name;
      this.size = size;
    }

    TextTokenizer run(List<WordCounts.Word> words) {
      for (String special :
          List.of(SpecialTokens.BOS, SpecialTokens.PAD, SpecialTokens.EOS, SpecialTokens.UNK)) {
        add(special, new byte[0]);
      }
      int[] ofByte = new int[ByteAlphabet.BYTES];
      Map<Character, Integer> alphabet = new TreeMap<>();
      for (int b = 0; b < ofByte.length; b++) {
        alphabet.put(ByteAlphabet.character(b), b);
      }
      alphabet.forEach((c, b) -> ofByte[b] = add(String.valueOf(c), new byte[] {b.byteValue()}));
      PairCounts pairs = new PairCounts(bytes);
      for (WordCounts.Word word : words) {
        byte[] utf8 = Utf8.bytes(word.text(), 0, word.text().length());
        int[] first = new int[utf8.length];
        Arrays.setAll(first, i -> ofByte[utf8[i] & 0xff]);
        pairs.addWord(first, word.times());
      }
      while (tokens.size() < size - 1) {
        PairCounts.Pair best = pairs.mostFrequent();
        if (best == null || best.count() < LEAST) {
          break;
        }
        String left = ByteAlphabet.spelt(bytes.get(best.left()));
        String right = ByteAlphabet.spelt(bytes.get(best.right()));
        if (tokens.containsKey(left + right)) {
          // Other parts made this token before; each has one merge, so that ranks alone encode.
          pairs.passOver(best);
        } else {
          merges.add(new ByteLevelBpe.Merge(left, right));
          pairs.merge(best, add(left + right, both(best)));
        }
      }
      add(SpecialTokens.MASK, new byte[0]);
      return TokenizerJson.of(name, tokens, merges, false);
    }

    private byte[] both(PairCounts.Pair pair) {
      byte[] left = bytes.get(pair.left());
      byte[] right = bytes.get(pair.right());
      byte[] both = Arrays.copyOf(left, left.length + right.length);
      System.arraycopy(right, 0, both, left.length, right.length);
      return both;
    }

    private int add(String token, byte[] spelt) {
      int id = tokens.size();
      tokens.put(token, id);
      bytes.add(spelt);
      return id;
    }
  }
}
