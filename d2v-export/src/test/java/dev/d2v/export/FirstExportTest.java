package dev.d2v.export;

import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("An exported data2vec 1.0 model computes what d2v does")
final class FirstExportTest {
  @TempDir private Path folder;

  static Stream<Map<String, Object>> visionSwitches() {
    return Stream.of(
        Map.of("use_shared_relative_position_bias", true, "use_mean_pooling", false),
        Map.of("use_relative_position_bias", true, "use_absolute_position_embeddings", true),
        Map.of("layer_scale_init_value", 0, "hidden_act", "quick_gelu"),
        Map.of("hidden_act", "silu", "use_mean_pooling", false));
  }

  @ParameterizedTest
  @MethodSource("visionSwitches")
  void images(Map<String, Object> switches) throws Exception {
    Path model = MadeModel.vision(folder.resolve("model"), switches);
    int numbers = 3 * 16 * 24;
    Agreement.holds(
        model,
        folder,
        ExportOptions.defaults(),
        new Agreement.Batches(null, Sent.images(1, numbers), Sent.images(3, numbers)),
        3,
        16,
        24);
  }

  static Stream<Map<String, Object>> audioSwitches() {
    return Stream.of(
        Map.of(),
        Map.of("conv_bias", true, "feat_extract_activation", "relu", "hidden_act", "gelu_new"),
        Map.of("num_conv_pos_embeddings", 1, "conv_pos_kernel_size", 3, "hidden_act", "tanh"),
        Map.of("num_conv_pos_embeddings", 0, "hidden_act", "sigmoid"));
  }

  @ParameterizedTest
  @MethodSource("audioSwitches")
  void speechOfAnyLengthWithPaddingAndWithout(Map<String, Object> switches) throws Exception {
    Path model = MadeModel.audio(folder.resolve("model"), switches);
    Agreement.holds(
        model,
        folder,
        ExportOptions.defaults(),
        new Agreement.Batches(
            null,
            Sent.clips(333),
            Sent.clips(400, 400, 400),
            Sent.clips(150, 400, 22),
            Sent.clipsOfEveryLength()));
  }

  static Stream<Map<String, Object>> textSwitches() {
    return Stream.of(
        Map.of(),
        Map.of("position_embedding_type", "relative_key", "hidden_act", "linear"),
        Map.of("position_embedding_type", "relative_key_query"));
  }

  @ParameterizedTest
  @MethodSource("textSwitches")
  void textOfAnyLengthWithPaddingAndWithout(Map<String, Object> switches) throws Exception {
    Path model = MadeModel.text(folder.resolve("model"), switches);
    Agreement.holds(
        model,
        folder,
        ExportOptions.defaults(),
        new Agreement.Batches(null, Sent.texts(6), Sent.texts(22, 22, 22), Sent.texts(4, 13, 9)));
  }
}
