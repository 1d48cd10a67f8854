package dev.d2v.data.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// The numbers of the tokens that stand for no text, by RoBERTa's names.
///
/// @param bos `<s>`, before every sequence
/// @param pad `<pad>`, behind a short one
/// @param eos `</s>`, after every document
/// @param unk `<unk>`, for what has no number
/// @param mask `<mask>`; data2vec never feeds it, and some vocabularies do not have it
public record SpecialTokens(int bos, int pad, int eos, int unk, OptionalInt mask) {
  /// Name of the beginning.
  public static final String BOS = "<s>";

  /// Name of the padding.
  public static final String PAD = "<pad>";

  /// Name of the end.
  public static final String EOS = "</s>";

  /// Name of the unknown.
  public static final String UNK = "<unk>";

  /// Name of the mask.
  public static final String MASK = "<mask>";

  /// How many a new vocabulary has at its beginning: all but the mask.
  static final int LEADING = 4;

  /// 0 to 3, and the mask last of `size` tokens: fairseq's order.
  static SpecialTokens leading(int size) {
    return new SpecialTokens(0, 1, 2, 3, OptionalInt.of(size - 1));
  }

  /// By name, or nothing when one other than the mask is missing.
  static Optional<SpecialTokens> named(Map<String, Integer> tokens) {
    Integer bos = tokens.get(BOS);
    Integer pad = tokens.get(PAD);
    Integer eos = tokens.get(EOS);
    Integer unk = tokens.get(UNK);
    Integer mask = tokens.get(MASK);
    if (bos == null || pad == null || eos == null || unk == null) {
      return Optional.empty();
    }
    return Optional.of(
        new SpecialTokens(
            bos, pad, eos, unk, mask == null ? OptionalInt.empty() : OptionalInt.of(mask)));
  }

  /// Whether a number is one of them.
  public boolean contains(int id) {
    return id == bos
        || id == pad
        || id == eos
        || id == unk
        || (mask.isPresent() && mask.getAsInt() == id);
  }

  /// All of them, the mask last.
  List<Integer> ids() {
    List<Integer> ids = new ArrayList<>(List.of(bos, pad, eos, unk));
    mask.ifPresent(ids::add);
    return ids;
  }
}
