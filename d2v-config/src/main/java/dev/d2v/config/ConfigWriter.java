package dev.d2v.config;

import dev.d2v.model.AlibiConfig;
import dev.d2v.model.Data2Vec2Config;
import dev.d2v.model.DecoderConfig;
import dev.d2v.model.DropConfig;
import dev.d2v.model.EmaConfig;
import dev.d2v.model.LossConfig;
import dev.d2v.model.MaskConfig;
import dev.d2v.model.PrenetConfig;
import dev.d2v.model.TargetConfig;
import dev.d2v.model.image.ImageConfig;
import dev.d2v.model.speech.LogMelConfig;
import dev.d2v.model.speech.SpeechConfig;
import dev.d2v.model.text.TextConfig;
import dev.d2v.model.train.DataConfig;
import dev.d2v.model.train.ImageData;
import dev.d2v.model.train.LearningRateConfig;
import dev.d2v.model.train.ProbeConfig;
import dev.d2v.model.train.ShareConfig;
import dev.d2v.model.train.SpeechData;
import dev.d2v.model.train.TextData;
import dev.d2v.model.train.TrainConfig;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A configuration record as YAML: every field, a comment for every section, the choices behind
/// every word.
final class ConfigWriter {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z][A-Za-z0-9_./-]*");

  private static final Set<String> RESERVED =
      Set.of("true", "false", "null", "yes", "no", "on", "off");

  /// What a section is about.
  static final Map<Class<?>, String> COMMENTS =
      Map.<Class<?>, String>ofEntries(
          Map.entry(Data2Vec2Config.class, "The model: shared blocks, targets, losses, teacher."),
          Map.entry(DropConfig.class, "What is dropped at random in training, as probabilities."),
          Map.entry(TargetConfig.class, "What the student predicts: the teacher's last layers."),
          Map.entry(
              LossConfig.class,
              "Form and weights of the losses; scale null: 1/sqrt(features). Reconstruction alone"
                  + " needs no teacher."),
          Map.entry(EmaConfig.class, "The teacher's decay; annealUpdates 0: over the whole run."),
          Map.entry(ImageConfig.class, "The encoder of images."),
          Map.entry(SpeechConfig.class, "The encoder of speech."),
          Map.entry(LogMelConfig.class, "Patches of a spectrogram instead of convolutions."),
          Map.entry(TextConfig.class, "The encoder of text."),
          Map.entry(AlibiConfig.class, "Attention biases that fall with distance."),
          Map.entry(PrenetConfig.class, "The context encoder: blocks that yield no targets."),
          Map.entry(
              MaskConfig.class,
              "Which tokens are hidden; fill stands for them: in the decoder, or with encode all"
                  + " in the encoder."),
          Map.entry(
              DecoderConfig.class, "What fills the hidden places; linear only with encode all."),
          Map.entry(TrainConfig.class, "How it is trained; an update is accumulate batches."),
          Map.entry(
              LearningRateConfig.class, "The rate; warmupUpdates -1: warmupFraction of the run."),
          Map.entry(DataConfig.class, "What is done to the samples, a section a modality."),
          Map.entry(ImageData.class, "Crop scales are parts of the area."),
          Map.entry(SpeechData.class, "Lengths in samples at 16 kHz."),
          Map.entry(TextData.class, "Length in tokens."),
          Map.entry(ShareConfig.class, "Its share in training; batch 0: train.batch."),
          Map.entry(ProbeConfig.class, "How features are pooled for probes and embeddings."));

  private final StringBuilder out = new StringBuilder();

  /// The record as YAML below a first comment.
  static String yaml(Object record, String heading) {
    ConfigWriter writer = new ConfigWriter();
    heading.lines().forEach(line -> writer.out.append("# ").append(line).append('\n'));
    writer.fields(record, 0);
    return writer.out.toString();
  }

  private void fields(Object record, int depth) {
    for (RecordShape.Field field : RecordShape.of(record.getClass()).fields()) {
      Object value = field.of(record);
      if (value != null && value.getClass().isRecord()) {
        section(field, value, depth);
      } else {
        indent(depth).append(field.key()).append(": ").append(text(value));
        out.append(choices(value)).append('\n');
      }
    }
  }

  private void section(RecordShape.Field field, Object record, int depth) {
    if (depth == 0) {
      out.append('\n');
    }
    String comment = COMMENTS.get(record.getClass());
    if (comment != null) {
      indent(depth).append("# ").append(comment).append('\n');
    }
    indent(depth).append(field.key()).append(":\n");
    if (field.type().isSealed()) {
      String tag = RecordShape.tag(record.getClass());
      indent(depth + 1).append(RecordReader.TYPE).append(": ").append(tag).append('\n');
    }
    fields(record, depth + 1);
  }

  private StringBuilder indent(int depth) {
    return out.repeat("  ", depth);
  }

  private static String text(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case Enum<?> e -> RecordShape.word(e);
      case Double d -> number(d);
      case String s -> quoted(s);
      case List<?> list ->
          list.stream().map(ConfigWriter::text).collect(Collectors.joining(", ", "[", "]"));
      default -> value.toString();
    };
  }

  private static String choices(@Nullable Object value) {
    return value instanceof Enum<?> e
        ? "  # " + String.join(", ", RecordShape.words(e.getDeclaringClass()))
        : "";
  }

  /// The shortest text that reads as the same double: `4`, `0.05`, `1e-6`.
  static String number(double value) {
    return Double.toString(value).replaceFirst("\\.0(?=E|$)", "").replace('E', 'e');
  }

  private static String quoted(String text) {
    if (PLAIN.matcher(text).matches() && !RESERVED.contains(text)) {
      return text;
    }
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> quoted.append("\\\"");
        case '\\' -> quoted.append("\\\\");
        case '\n' -> quoted.append("\\n");
        case '\t' -> quoted.append("\\t");
        default -> {
          if (c < ' '
              || c == 0x7f
              || (c >= 0x80 && c < 0xa0)
              || c == 0x2028
              || c == 0x2029
              || c == 0xfeff) {
            quoted.append("\\u%04x".formatted((int) c));
          } else {
            quoted.append(c);
          }
        }
      }
    }
    return quoted.append('"').toString();
  }
}
