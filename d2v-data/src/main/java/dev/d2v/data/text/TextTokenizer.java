package dev.d2v.data.text;

import dev.d2v.data.DataException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// A vocabulary and its byte-level BPE: text to the numbers that a model takes, and back.
///
/// | what is read | told by | numbers |
/// |---|---|---|
/// | Hugging Face's `tokenizer.json` | an object with `model` | those in the file |
/// | fairseq's `encoder.json`, `vocab.bpe` and `dict.txt` | the three names in a folder | 4 + line in `dict.txt`, `<mask>` last |
/// | `vocab.json` and `merges.txt` | the two names in a folder | those in the file |
///
/// Names of special tokens that occur in a text are text like any other: `encode` never gives a
/// special number but for `<unk>`. Safe for several threads.
public final class TextTokenizer {
  private final String name;
  private final ByteLevelBpe bpe;
  private final int[] numbers;
  private final int[] backwards;
  private final String[] spelling;
  private final SpecialTokens special;
  private final boolean spaceFirst;

  /// @param numbers the model's number of each BPE token
  /// @param spelling how each of the model's tokens is spelt; special ones by name
  /// @param spaceFirst whether a text that does not begin with a space gets one
  TextTokenizer(
      String name,
      ByteLevelBpe bpe,
      int[] numbers,
      String[] spelling,
      SpecialTokens special,
      boolean spaceFirst) {
    this.name = name;
    this.bpe = bpe;
    this.numbers = numbers;
    this.spelling = spelling;
    this.special = special;
    this.spaceFirst = spaceFirst;
    this.backwards = new int[spelling.length];
    Arrays.fill(backwards, -1);
    for (int i = 0; i < numbers.length; i++) {
      if (!special.contains(numbers[i])) {
        backwards[numbers[i]] = i;
      }
    }
  }

  /// Reads a vocabulary: a `tokenizer.json` or another of its files, or the folder that they lie
  /// in.
  ///
  /// @throws DataException when there is none, or it is not a byte-level BPE with RoBERTa's special
  ///   tokens
  /// @throws dev.d2v.tensor.io.FormatException when a file is not the JSON that it should be
  public static TextTokenizer open(Path path) {
    return VocabularyFiles.open(path);
  }

  /// Writes a `tokenizer.json` that Hugging Face's library and [#open] read, whole or not at all.
  ///
  /// @throws DataException when it cannot be written, or this vocabulary leaves tokens out that its
  ///   merges need
  public void save(Path file) {
    TokenizerJson.write(this, file);
  }

  /// Where it comes from, for messages.
  public String name() {
    return name;
  }

  /// V, the number of tokens, special ones included: every number is in [0, V).
  public int size() {
    return spelling.length;
  }

  /// The special tokens.
  public SpecialTokens special() {
    return special;
  }

  /// How a token is spelt: a special one by its name, others with [ByteLevelBpe]'s stand-ins.
  public String spelling(int id) {
    return spelling[id];
  }

  /// SHA-256, in hexadecimal, of all that decides over numbers: two vocabularies with the same
  /// fingerprint encode every text alike, in whichever form they were read.
  public String fingerprint() {
    return fingerprint(bpe.merges(), spelling, spaceFirst);
  }

  /// The numbers of a text, without special tokens around it.
  public int[] encode(String text) {
    IntArray out = new IntArray(text.length() / 3 + 8);
    encode(text, true, out);
    return out.toArray();
  }

  /// Appends the numbers of a text, or of a part of one that ends between two pieces.
  ///
  /// @param begins whether this is the beginning of the text
  void encode(String text, boolean begins, IntArray out) {
    int from = out.size();
    boolean space = spaceFirst && begins && !text.isEmpty() && text.charAt(0) != ' ';
    bpe.encode(space ? " " + text : text, out);
    for (int i = from; i < out.size(); i++) {
      out.set(i, numbers[out.get(i)]);
    }
  }

  /// The text of numbers; special tokens by name, bytes that are not UTF-8 as U+FFFD.
  ///
  /// @throws IllegalArgumentException when a number is not in [0, V)
  public String decode(int[] ids) {
    return new String(decodeBytes(ids), StandardCharsets.UTF_8);
  }

  /// The same as bytes, exactly.
  public byte[] decodeBytes(int[] ids) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int id : ids) {
      if (id < 0 || id >= spelling.length) {
        throw new IllegalArgumentException(
            "expected numbers of tokens in [0, %d) of %s, got %d"
                .formatted(spelling.length, name, id));
      }
      Optional<byte[]> bytes = backwards[id] < 0 ? Optional.empty() : bpe.bytes(backwards[id]);
      out.writeBytes(bytes.orElseGet(() -> spelling[id].getBytes(StandardCharsets.UTF_8)));
    }
    return out.toByteArray();
  }

  /// The merges by rank.
  List<ByteLevelBpe.Merge> merges() {
    return bpe.merges();
  }

  /// Whether every BPE token has a number of its own.
  boolean complete() {
    return IntStream.range(0, numbers.length)
        .allMatch(i -> numbers[i] != special.unk() || bpe.spelling(i).equals(SpecialTokens.UNK));
  }

  boolean spaceFirst() {
    return spaceFirst;
  }

  private static String fingerprint(
      List<ByteLevelBpe.Merge> merges, String[] spelling, boolean spaceFirst) {
    MessageDigest digest = sha256();
    line(digest, spaceFirst ? "byte-level BPE, space first" : "byte-level BPE");
    for (String token : spelling) {
      line(digest, token);
    }
    line(digest, "");
    for (ByteLevelBpe.Merge merge : merges) {
      line(digest, merge.left());
      line(digest, merge.right());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void line(MessageDigest digest, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    for (int shift = 24; shift >= 0; shift -= 8) {
      digest.update((byte) (bytes.length >> shift));
    }
    digest.update(bytes);
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }
}
