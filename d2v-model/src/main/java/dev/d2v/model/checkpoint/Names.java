package dev.d2v.model.checkpoint;

import dev.d2v.tensor.io.RenamedTensors;
import dev.d2v.tensor.io.RestoredTensors;
import dev.d2v.tensor.io.TensorFile;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/// Names of parameters: those of published checkpoints, which are the model's own, and the older
/// ones that stand for them.
final class Names {
  private static final String ENCODERS = "modality_encoders.";
  private static final Pattern PRETRAINING =
      Pattern.compile(
          ENCODERS.replace(".", "\\.")
              + "\\w+\\.(decoder\\..*|mask_token)|(shared_decoder|recon_proj)\\..*");
  private static final Pattern DROPPED =
      Pattern.compile(ENCODERS.replace(".", "\\.") + "(\\w+\\.encoder_mask|IMAGE\\.alibi_bias)");
  private static final Pattern BLOCK = Pattern.compile("\\d+\\..*");
  private static final int ALIBI_RANK = 5;

  private Names() {}

  /// Whether a parameter has no use but in pre-training.
  static boolean onlyForPretraining(String name) {
    return PRETRAINING.matcher(name).matches();
  }

  /// A published name as the model has it; empty when the model has no use for it.
  ///
  /// @param modality IMAGE, AUDIO or TEXT; empty: any
  static String published(String name, String modality) {
    boolean others =
        name.startsWith(ENCODERS)
            && !modality.isEmpty()
            && !name.startsWith(ENCODERS + modality + ".");
    if (others || DROPPED.matcher(name).matches()) {
      return "";
    }
    return name.replace(
        "IMAGE.positional_encoder.pos_embed", "IMAGE.fixed_positional_encoder.positions");
  }

  /// A name of a published teacher as the model has it: one of shared blocks alone begins with the
  /// block's index.
  static String publishedTeacher(String name, String modality) {
    return published(BLOCK.matcher(name).matches() ? "blocks." + name : name, modality);
  }

  /// Tensors under the model's names; old scales of ALiBi of rank 4 with a further extent in front.
  static RestoredTensors view(Weights weights, Map<String, String> names) {
    Map<String, Integer> ranks = new HashMap<>();
    names.keySet().stream()
        .filter(n -> n.endsWith(".alibi_scale"))
        .forEach(n -> ranks.put(n, ALIBI_RANK));
    Map<String, String> all = new LinkedHashMap<>(names);
    names.forEach((name, own) -> {
      if (RestoredTensors.quantized(weights.tensors(), own)) {
        all.put(name + RestoredTensors.SCALE, own + RestoredTensors.SCALE);
      }
    });
    return RestoredTensors.of(new RenamedTensors(weights.tensors(), all, ranks));
  }

  /// Names with `_ema.` in front are the teacher's, the others the student's.
  static Map<String, String> split(TensorFile file, boolean teacher) {
    Map<String, String> names = new LinkedHashMap<>();
    for (String name : file.names()) {
      boolean shadow = name.startsWith(Weights.TEACHER);
      if (shadow == teacher && !RestoredTensors.scale(file, name)) {
        String own = shadow ? name.substring(Weights.TEACHER.length()) : name;
        String model = shadow ? publishedTeacher(own, "") : published(own, "");
        if (!model.isEmpty()) {
          names.putIfAbsent(model, name);
        }
      }
    }
    return names;
  }
}
