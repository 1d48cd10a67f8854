package dev.d2v.model.checkpoint;

import dev.d2v.model.Data2Vec2Config;
import dev.d2v.tensor.io.FormatException;
import dev.d2v.tensor.io.Json;
import dev.d2v.tensor.io.TensorFile;
import dev.d2v.tensor.io.TorchFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// A checkpoint of the official code: `cfg` or `args`, and `model` with the student's tensors and a
/// dictionary `_ema` of the teacher's. A fine-tuned one has the encoder under a prefix, a head, and
/// no teacher.
public final class FairseqWeights implements Weights {
  private static final String MODEL = "model/";
  private static final String EMA = MODEL + "_ema/";
  private static final String CTC = "w2v_encoder.w2v_model.";
  private static final String CLASSIFIER = "model.";
  private static final List<String> HEADS =
      List.of("w2v_encoder.proj.", "head.", "fc_norm.", "classification_heads.");
  private static final String TOKENS = "modality_encoders.TEXT.local_encoder.embed_tokens.weight";

  private final TorchFile file;
  private final String prefix;
  private final FairseqConfig config;
  private final Map<String, String> student = new LinkedHashMap<>();
  private final Map<String, String> teacher = new LinkedHashMap<>();
  private final Map<String, String> heads = new LinkedHashMap<>();

  /// Whether a file holds what the official code saves.
  static boolean knows(TorchFile file) {
    return file.root() instanceof Map<?, ?> root
        && root.get("model") instanceof Map<?, ?>
        && (root.get("cfg") != null || root.get("args") != null);
  }

  FairseqWeights(TorchFile file) {
    this.file = file;
    Path path = file.path();
    if (!(file.root() instanceof Map<?, ?> root)) {
      throw new FormatException(path, 0, "a dictionary with cfg and model", "another value");
    }
    Map<String, Object> cfg =
        PlainValues.map(path, root.get("cfg") != null ? root.get("cfg") : root.get("args"));
    Map<String, Object> model = PlainValues.map(path, cfg.getOrDefault("model", cfg));
    Map<?, ?> pretraining = FairseqConfig.pretraining(model);
    if (pretraining == null) {
      throw new FormatException(
          path,
          0,
          "a data2vec 2.0 model, cfg.model with modalities or the arguments of a pre-trained one",
          "cfg.model with " + model.keySet());
    }
    List<String> names = file.names();
    if (names.stream().anyMatch(n -> n.startsWith(MODEL + CTC))) {
      prefix = CTC;
    } else {
      boolean inner = names.stream().anyMatch(n -> n.startsWith(MODEL + CLASSIFIER + "blocks."));
      prefix = inner ? CLASSIFIER : "";
    }
    String tokens = MODEL + prefix + TOKENS;
    OptionalInt vocabulary =
        file.has(tokens) && file.entry(tokens).shape().rank() == 2
            ? OptionalInt.of(file.entry(tokens).shape().dim(0))
            : OptionalInt.empty();
    config = FairseqConfig.read(path, pretraining, vocabulary);
    String modality = String.valueOf(config.official().get("supported_modality"));
    names.forEach(n -> sort(n, modality));
  }

  private void sort(String name, String modality) {
    if (name.startsWith(EMA)) {
      String own = Names.publishedTeacher(name.substring(EMA.length()), modality);
      if (!own.isEmpty()) {
        teacher.putIfAbsent(own, name);
      }
    } else if (name.startsWith(MODEL) && name.indexOf('/', MODEL.length()) < 0) {
      String own = name.substring(MODEL.length());
      boolean head = !prefix.isEmpty() && HEADS.stream().anyMatch(own::startsWith);
      if (head) {
        heads.put(own, name);
      } else if (own.startsWith(prefix)) {
        String published = Names.published(own.substring(prefix.length()), modality);
        boolean innerHead = !prefix.isEmpty() && HEADS.stream().anyMatch(published::startsWith);
        if (innerHead) {
          heads.put(published, name);
        } else if (!published.isEmpty()) {
          student.putIfAbsent(published, name);
        }
      }
    }
  }

  @Override
  public Path path() {
    return file.path();
  }

  /// Whether the file holds an encoder with a head.
  public boolean fineTuned() {
    return !prefix.isEmpty();
  }

  /// Names of the head's tensors, as `head.weight` or `w2v_encoder.proj.weight`, to their names in
  /// [#tensors].
  public Map<String, String> heads() {
    return Collections.unmodifiableMap(heads);
  }

  @Override
  public String description() {
    return "fairseq data2vec 2.0, %s, %s, %s"
        .formatted(
            config.official().get("supported_modality"),
            fineTuned() ? "fine-tuned" : "pre-trained",
            file.archive() ? "archive" : "legacy file");
  }

  @Override
  public TensorFile tensors() {
    return file;
  }

  @Override
  public Map<String, String> student() {
    return Collections.unmodifiableMap(student);
  }

  @Override
  public Map<String, String> teacher() {
    return Collections.unmodifiableMap(teacher);
  }

  @Override
  public Optional<Data2Vec2Config> config() {
    return Optional.of(config.config());
  }

  @Override
  public Optional<ConfigText> configText() {
    return Optional.of(new ConfigText("official", Json.text(config.official())));
  }

  /// The official fields, plain.
  public FairseqConfig fairseq() {
    return config;
  }

  @Override
  public List<String> remarks() {
    List<String> remarks = new ArrayList<>();
    config.unknown().forEach(field -> remarks.add("unknown field " + field));
    return remarks;
  }
}
