package dev.d2v.data.text;

import dev.d2v.data.DataException;
import dev.d2v.tensor.io.Json;
import dev.d2v.tensor.io.ReplacedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Hugging Face's `tokenizer.json` for byte-level BPE. Everything in it that would change numbers
/// and is not done here is refused; what only concerns padding, truncation and special tokens
/// around a text is left alone.
final class TokenizerJson {
  private TokenizerJson() {}

  static TextTokenizer read(Path file, Map<String, Object> root) {
    Map<?, ?> model = object(file, root, "model");
    if (model == null) {
      throw unlike(file, "no model");
    }
    Object type = model.get("type");
    if (type != null && !type.equals("BPE")) {
      throw unlike(file, "a model of type " + VocabularyFiles.describe(type));
    }
    for (String key : List.of("dropout", "continuing_subword_prefix", "end_of_word_suffix")) {
      Object value = present(model, key);
      if (value != null && !value.equals("") && !value.equals(0L) && !value.equals(0.0)) {
        throw unlike(file, key + " " + VocabularyFiles.describe(value));
      }
    }
    for (String key : List.of("byte_fallback", "ignore_merges")) {
      if (Boolean.TRUE.equals(model.get(key))) {
        throw unlike(file, key + " true");
      }
    }
    Object normalizer = present(root, "normalizer");
    if (normalizer != null) {
      throw unlike(file, "a normalizer");
    }
    boolean spaceFirst = spaceFirst(file, object(file, root, "pre_tokenizer"));
    Map<String, Integer> numbers = new LinkedHashMap<>();
    if (!(model.get("vocab") instanceof Map<?, ?> vocabulary)) {
      throw unlike(file, "no object \"vocab\" in its model");
    }
    numbers.putAll(VocabularyFiles.numbers(file.toString(), vocabulary));
    addTokens(file, root.get("added_tokens"), numbers);
    return of(file.toString(), numbers, merges(file, model.get("merges")), spaceFirst);
  }

  /// A vocabulary that numbers special tokens and BPE tokens alike.
  static TextTokenizer of(
      String source,
      Map<String, Integer> numbers,
      List<ByteLevelBpe.Merge> merges,
      boolean spaceFirst) {
    Optional<SpecialTokens> special = SpecialTokens.named(numbers);
    if (special.isEmpty()) {
      throw new DataException(
          "%s: expected the special tokens <s>, <pad>, </s> and <unk>, as RoBERTa's vocabulary has, found not all of them. Use RoBERTa's, or train a vocabulary with 'd2v tokenizer train'."
              .formatted(source));
    }
    ByteLevelBpe bpe = new ByteLevelBpe(source, numbers, merges);
    int[] same = new int[bpe.size()];
    Arrays.setAll(same, i -> i);
    String[] spelling = new String[bpe.size()];
    Arrays.setAll(spelling, bpe::spelling);
    return new TextTokenizer(source, bpe, same, spelling, special.get(), spaceFirst);
  }

  private static boolean spaceFirst(Path file, @Nullable Map<?, ?> preTokenizer) {
    if (preTokenizer != null && "Sequence".equals(preTokenizer.get("type"))) {
      if (!(preTokenizer.get("pretokenizers") instanceof List<?> steps)
          || steps.size() != 1
          || !(steps.getFirst() instanceof Map<?, ?> only)) {
        throw unlike(file, "a pre-tokenizer of several steps");
      }
      return spaceFirst(file, only);
    }
    if (preTokenizer == null || !"ByteLevel".equals(preTokenizer.get("type"))) {
      throw unlike(
          file,
          preTokenizer == null
              ? "no pre-tokenizer"
              : "a pre-tokenizer of type "
                  + VocabularyFiles.describe(String.valueOf(preTokenizer.get("type"))));
    }
    if (Boolean.FALSE.equals(preTokenizer.get("use_regex"))) {
      throw unlike(file, "a ByteLevel pre-tokenizer with use_regex false");
    }
    return Boolean.TRUE.equals(preTokenizer.get("add_prefix_space"));
  }

  private static void addTokens(Path file, @Nullable Object added, Map<String, Integer> numbers) {
    if (added == null || Json.isNull(added)) {
      return;
    }
    if (!(added instanceof List<?> list)) {
      throw new DataException(
          "%s: expected a list of added_tokens, found %s."
              .formatted(file, VocabularyFiles.describe(added)));
    }
    for (Object element : list) {
      if (!(element instanceof Map<?, ?> token)
          || !(token.get("content") instanceof String content)
          || !(token.get("id") instanceof Long id)
          || id < 0
          || id > Integer.MAX_VALUE) {
        throw new DataException(
            "%s: expected added_tokens with \"id\" and \"content\", found another element."
                .formatted(file));
      }
      if (!Boolean.TRUE.equals(token.get("special"))) {
        throw unlike(
            file,
            "the added token " + VocabularyFiles.describe(content) + ", which is not special");
      }
      Integer known = numbers.putIfAbsent(content, id.intValue());
      if (known != null && known != id.intValue()) {
        throw new DataException(
            "%s: expected one number for \"%s\", found %d in the vocabulary and %d in added_tokens."
                .formatted(file, content, known, id));
      }
    }
  }

  private static List<ByteLevelBpe.Merge> merges(Path file, @Nullable Object merges) {
    if (!(merges instanceof List<?> list)) {
      throw unlike(file, "no list \"merges\" in its model");
    }
    List<ByteLevelBpe.Merge> out = new ArrayList<>(list.size());
    for (Object merge : list) {
      if (merge instanceof List<?> pair
          && pair.size() == 2
          && pair.getFirst() instanceof String left
          && pair.getLast() instanceof String right) {
        out.add(new ByteLevelBpe.Merge(left, right));
      } else if (merge instanceof String line) {
        out.add(VocabularyFiles.merge(file, "merge", out.size() + 1, line));
      } else {
        throw new DataException(
            "%s: merge %d: expected \"a b\" or [\"a\", \"b\"], found %s."
                .formatted(file, out.size() + 1, VocabularyFiles.describe(merge)));
      }
    }
    return out;
  }

  private static @Nullable Object present(Map<?, ?> object, String key) {
    Object value = object.get(key);
    return value == null || Json.isNull(value) ? null : value;
  }

  private static @Nullable Map<?, ?> object(Path file, Map<?, ?> object, String key) {
    Object value = present(object, key);
    if (value == null || value instanceof Map<?, ?>) {
      return (Map<?, ?>) value;
    }
    throw unlike(file, "%s for \"%s\"".formatted(VocabularyFiles.describe(value), key));
  }

  private static DataException unlike(Path file, String found) {
    return new DataException(
        "%s: expected a byte-level BPE like RoBERTa's, found %s. Other tokenizers are not read."
            .formatted(file, found));
  }

  static void write(TextTokenizer tokenizer, Path file) {
    if (!tokenizer.complete()) {
      throw new DataException(
          "%s cannot be written as tokenizer.json: its dictionary leaves out tokens that merges need. Keep its three files together instead."
              .formatted(tokenizer.name()));
    }
    byte[] text = json(tokenizer).getBytes(StandardCharsets.UTF_8);
    try {
      ReplacedFile.write(
          file,
          channel -> {
            ByteBuffer bytes = ByteBuffer.wrap(text);
            while (bytes.hasRemaining()) {
              channel.write(bytes);
            }
          });
    } catch (IOException e) {
      throw new DataException("%s cannot be written: %s".formatted(file, e), e);
    }
  }

  private static String json(TextTokenizer tokenizer) {
    SpecialTokens special = tokenizer.special();
    List<String> added = new ArrayList<>();
    for (int id : special.ids().stream().sorted().toList()) {
      boolean mask = special.mask().isPresent() && special.mask().getAsInt() == id;
      added.add(
          """
          {"id": %d, "content": %s, "single_word": false, "lstrip": %b, "rstrip": false, "normalized": false, "special": true}\
          """
              .formatted(id, Json.quoted(tokenizer.spelling(id)), mask));
    }
    List<String> vocabulary = new ArrayList<>();
    for (int id = 0; id < tokenizer.size(); id++) {
      vocabulary.add("      " + Json.quoted(tokenizer.spelling(id)) + ": " + id);
    }
    List<String> merges = new ArrayList<>();
    for (ByteLevelBpe.Merge merge : tokenizer.merges()) {
      merges.add("      " + Json.quoted(merge.left() + " " + merge.right()));
    }
    return """
    {
      "version": "1.0",
      "truncation": null,
      "padding": null,
      "added_tokens": [
    %s
      ],
      "normalizer": null,
      "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": %b, "trim_offsets": true, "use_regex": true},
      "post_processor": {"type": "RobertaProcessing", "sep": ["</s>", %d], "cls": ["<s>", %d], "trim_offsets": true, "add_prefix_space": %b},
      "decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
      "model": {
        "type": "BPE",
        "dropout": null,
        "unk_token": null,
        "continuing_subword_prefix": "",
        "end_of_word_suffix": "",
        "fuse_unk": false,
        "byte_fallback": false,
        "vocab": {
    %s
        },
        "merges": [
    %s
        ]
      }
    }
    """
        .formatted(
            String.join(",\n", added),
            tokenizer.spaceFirst(),
            special.eos(),
            special.bos(),
            tokenizer.spaceFirst(),
            String.join(",\n", vocabulary),
            String.join(",\n", merges));
  }
}
