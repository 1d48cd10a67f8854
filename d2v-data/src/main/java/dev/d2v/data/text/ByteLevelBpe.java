package dev.d2v.data.text;

import dev.d2v.data.DataException;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// Byte-level byte-pair encoding as in GPT-2 and RoBERTa (Radford et al., 2019): text is cut into
/// pieces (words with the space before them, numbers, punctuation, white space), the UTF-8 bytes of
/// a piece are the first tokens, and as long as two neighbours have a merge, those of the lowest
/// rank become one. Every text can be encoded, and decoding gives its bytes back.
///
/// An unpaired surrogate, which UTF-8 does not have, counts as U+FFFD. Time grows with the length
/// of the text, or n log n within a single piece of n bytes. Pieces met again are looked up; the
/// memory for that is bounded. Safe for several threads.
public final class ByteLevelBpe {
  /// One rule: these neighbours become one token. Both are spelt as in vocabulary files, with
  /// GPT-2's printable stand-ins of bytes.
  ///
  /// @param left the first token
  /// @param right the second
  public record Merge(String left, String right) {}

  private static final int CACHED = 1 << 15;
  private static final int CACHED_LENGTH = 32;

  private record Known(String piece, int[] ids) {}

  private final String[] spelling;
  private final byte[] @Nullable [] bytes;
  private final int[] ofByte;
  private final List<Merge> merges;
  private final MergeTable table;
  private final AtomicReferenceArray<@Nullable Known> known = new AtomicReferenceArray<>(CACHED);

  /// Tokens and merges, in order of rank.
  ///
  /// @param source where they come from, for messages
  /// @param tokens number of each token; 0 to `tokens.size() - 1` are all used
  /// @throws DataException when a byte has no token, a merge names a token that there is not, or
  ///   numbers are left out
  public ByteLevelBpe(String source, Map<String, Integer> tokens, List<Merge> merges) {
    this.merges = List.copyOf(merges);
    this.spelling = spelling(source, tokens);
    this.bytes = new byte[spelling.length][];
    for (int i = 0; i < spelling.length; i++) {
      bytes[i] = ByteAlphabet.bytes(spelling[i]).orElse(null);
    }
    this.ofByte = new int[ByteAlphabet.BYTES];
    for (int b = 0; b < ofByte.length; b++) {
      String spelt = String.valueOf(ByteAlphabet.character(b));
      Integer id = tokens.get(spelt);
      if (id == null) {
        throw new DataException(
            "%s: expected a token for each of the 256 bytes, as byte-level vocabularies have, found none for byte 0x%02x, spelt \"%s\"."
                .formatted(source, b, spelt));
      }
      ofByte[b] = id;
    }
    this.table = new MergeTable(merges.size());
    for (int rank = 0; rank < merges.size(); rank++) {
      Merge merge = merges.get(rank);
      int left = known(source, tokens, merge.left(), rank);
      int right = known(source, tokens, merge.right(), rank);
      int result = known(source, tokens, merge.left() + merge.right(), rank);
      if (!table.put(left, right, rank, result)) {
        throw new DataException(
            "%s: expected each merge once, found \"%s %s\" again as merge %d."
                .formatted(source, merge.left(), merge.right(), rank + 1));
      }
    }
  }

  private static String[] spelling(String source, Map<String, Integer> tokens) {
    @Nullable String[] spelling = new String[tokens.size()];
    tokens.forEach((token, id) -> {
      if (id < 0 || id >= spelling.length || spelling[id] != null) {
        throw new DataException(
            "%s: expected the tokens to be numbered 0 to %d, each once, found the number %d for \"%s\"."
                .formatted(source, spelling.length - 1, id, shortened(token)));
      }
      spelling[id] = token;
    });
    String[] all = new String[spelling.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = String.valueOf(spelling[i]);
    }
    return all;
  }

  private static int known(String source, Map<String, Integer> tokens, String token, int rank) {
    Integer id = tokens.get(token);
    if (id == null) {
      throw new DataException(
          "%s: merge %d needs the token \"%s\", which the vocabulary does not have: do the files belong together?"
              .formatted(source, rank + 1, shortened(token)));
    }
    return id;
  }

  private static String shortened(String token) {
    return token.length() <= 80 ? token : token.substring(0, 80) + "...";
  }

  /// Number of tokens.
  public int size() {
    return spelling.length;
  }

  /// How a token is spelt: `Ġworld` for the word with the space before it.
  public String spelling(int id) {
    return spelling[id];
  }

  /// The merges by rank.
  public List<Merge> merges() {
    return merges;
  }

  /// The tokens of a text.
  public int[] encode(String text) {
    IntArray out = new IntArray(text.length() / 3 + 8);
    encode(text, out);
    return out.toArray();
  }

  /// Appends the tokens of a text.
  void encode(String text, IntArray out) {
    PieceMerger merger = new PieceMerger(table);
    int length = text.length();
    for (int at = 0; at < length; ) {
      int end = WordSplitter.next(text, at, length);
      if (end - at > CACHED_LENGTH) {
        encodePiece(text, at, end, merger, out);
      } else {
        int[] ids = cached(text, at, end, merger);
        out.add(ids, ids.length);
      }
      at = end;
    }
  }

  private int[] cached(String text, int from, int to, PieceMerger merger) {
    int hash = 0;
    for (int i = from; i < to; i++) {
      hash = 31 * hash + text.charAt(i);
    }
    int slot = (hash ^ hash >>> 15) & CACHED - 1;
    Known found = known.get(slot);
    if (found != null
        && found.piece.length() == to - from
        && text.regionMatches(from, found.piece, 0, to - from)) {
      return found.ids;
    }
    IntArray ids = new IntArray(to - from);
    encodePiece(text, from, to, merger, ids);
    Known made = new Known(text.substring(from, to), ids.toArray());
    known.set(slot, made);
    return made.ids;
  }

  private void encodePiece(String text, int from, int to, PieceMerger merger, IntArray out) {
    byte[] utf8 = Utf8.bytes(text, from, to);
    int[] tokens = new int[utf8.length];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = ofByte[utf8[i] & 0xff];
    }
    out.add(tokens, merger.merge(tokens, tokens.length));
  }

  /// The bytes of a token, or nothing for one that is not made of bytes, such as a special one.
  Optional<byte[]> bytes(int id) {
    return Optional.ofNullable(bytes[id]);
  }

  /// The bytes that tokens stand for, exactly.
  ///
  /// @throws IllegalArgumentException when one is not a token of bytes
  public byte[] decode(int[] ids) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int id : ids) {
      if (id < 0 || id >= bytes.length || bytes[id] == null) {
        throw new IllegalArgumentException(
            "expected numbers of tokens in [0, %d) that stand for bytes, got %d"
                .formatted(bytes.length, id));
      }
      out.writeBytes(bytes[id]);
    }
    return out.toByteArray();
  }
}
