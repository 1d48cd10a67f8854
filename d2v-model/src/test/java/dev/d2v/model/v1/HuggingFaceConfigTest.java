package dev.d2v.model.v1;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HuggingFaceConfigTest {
  @TempDir private Path folder = Path.of(".");

  private HuggingFaceConfig read(String json) throws IOException {
    return HuggingFaceConfig.read(Files.writeString(folder.resolve("config.json"), json));
  }

  @Test
  void absentFieldsAreThePublishedDefaultsAndUnknownOnesAreListed() throws IOException {
    HuggingFaceConfig read = read("{\"model_type\": \"data2vec-vision\", \"colour\": 1}");
    assertEquals(List.of("colour"), read.unknown());
    VisionConfig vision = (VisionConfig) read.config();
    assertEquals(768, vision.layers().C());
    assertEquals(197, vision.tokens());
    assertEquals(732, vision.distances());
    assertTrue(vision.meanPooling() && vision.layerScale() && !vision.layerBias());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "data2vec-text|\"is_decoder\": true|is_decoder",
        "data2vec-audio|\"add_adapter\": true|add_adapter",
        "data2vec-text|\"position_embedding_type\": \"rotary\"|position_embedding_type",
        "data2vec-vision|\"hidden_act\": \"mish\"|hidden_act",
        "data2vec-vision|\"hidden_size\": \"wide\"|hidden_size",
        "data2vec-vision|\"pruned_heads\": {\"0\": [1]}|pruned_heads",
        "bert|\"hidden_size\": 8|model_type",
      })
  void whatIsNotSupportedIsRefusedByName(String type, String field, String named) {
    RuntimeException refused =
        assertThrows(
            RuntimeException.class,
            () -> read("{\"model_type\": \"%s\", %s}".formatted(type, field)));
    assertTrue(String.valueOf(refused.getMessage()).contains(named), refused.getMessage());
  }

  @Test
  void aWindowsBiasTakesItsRowsByTheStepFromQueryToKey() {
    // 1 x 2 patches: steps -1, 0, 1, then CLS to patch, patch to CLS, CLS to CLS
    float[] table = {10, 11, 12, 20, 21, 22};
    float[] expected = {
      22, 20, 20,
      21, 11, 10,
      21, 12, 11
    };
    org.junit.jupiter.api.Assertions.assertArrayEquals(
        expected, VisionEncoder.spread(table, VisionEncoder.steps(1, 2), 1));
  }
}
