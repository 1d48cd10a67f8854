package dev.d2v.model.checkpoint;

import dev.d2v.model.Data2Vec2Config;
import dev.d2v.tensor.io.FormatException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The architecture that a published checkpoint's own configuration (`cfg.model`) describes. Fields
/// that it lacks have the official defaults, fields that nobody knows are listed.
///
/// @param config the model
/// @param unknown names of the fields that were left aside
/// @param official the fields in the form that [OfficialConfig] reads
public record FairseqConfig(
    Data2Vec2Config config, List<String> unknown, Map<String, Object> official) {
  private static final Pattern REFERENCE = Pattern.compile("\\$\\{model\\.(\\w+)}");
  private static final String MODALITIES = "modalities";
  private static final List<String> PRETRAINED = List.of("pretrained_model_args", "w2v_args");

  /// The pre-training model's fields in a checkpoint's `cfg.model`, which are those of a fine-tuned
  /// one's `pretrained_model_args` or `w2v_args`; null when there are none.
  static @Nullable Map<?, ?> pretraining(Map<String, Object> model) {
    for (String key : PRETRAINED) {
      if (model.get(key) instanceof Map<?, ?> args) {
        return args.get("model") instanceof Map<?, ?> inner ? inner : args;
      }
    }
    return model.containsKey(MODALITIES) || model.containsKey("supported_modality") ? model : null;
  }

  /// Reads `cfg.model`, plain.
  ///
  /// @param vocabulary rows of the token table, for text
  static FairseqConfig read(Path file, Map<?, ?> model, OptionalInt vocabulary) {
    Map<String, Object> flat = new LinkedHashMap<>();
    model.forEach((k, v) -> flat.put(String.valueOf(k), v));
    flat.remove("_name");
    Object modality = flat.get("supported_modality");
    if (!(modality instanceof String name)) {
      throw new FormatException(
          file, 0, "a configuration with supported_modality", "keys " + flat.keySet());
    }
    String key = name.toLowerCase(Locale.ROOT);
    if (flat.remove(MODALITIES) instanceof Map<?, ?> all && all.get(key) instanceof Map<?, ?> m) {
      Map<String, Object> fields = new LinkedHashMap<>();
      m.forEach((k, v) -> fields.put(String.valueOf(k), v));
      flat.put("modality_" + key, fields);
    }
    vocabulary.ifPresent(size -> {
      if (key.equals("text")) {
        flat.put("vocab_size", (long) size);
      }
    });
    OfficialDefaults.fill(flat, key);
    Map<String, Object> official = new LinkedHashMap<>();
    flat.forEach((k, v) -> official.put(k, resolved(v, flat)));
    List<String> unknown = new ArrayList<>();
    try {
      return new FairseqConfig(OfficialConfig.model(official, unknown::add), unknown, official);
    } catch (IllegalArgumentException | ArithmeticException e) {
      FormatException wrong =
          new FormatException(file, 0, "a configuration of data2vec 2.0", "" + e.getMessage());
      wrong.initCause(e);
      throw wrong;
    }
  }

  /// `${model.num_heads}` is the value of `num_heads`.
  private static @Nullable Object resolved(@Nullable Object value, Map<String, Object> model) {
    if (value instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> copy = new LinkedHashMap<>();
      map.forEach((k, v) -> copy.put(String.valueOf(k), resolved(v, model)));
      return copy;
    }
    if (value instanceof String text) {
      Matcher reference = REFERENCE.matcher(text);
      return reference.matches() ? model.get(reference.group(1)) : text;
    }
    return value;
  }
}
