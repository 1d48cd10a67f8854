package dev.d2v.cli.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.model.Data2Vec2;
import dev.d2v.model.checkpoint.FairseqWeights;
import dev.d2v.model.checkpoint.LoadReport;
import dev.d2v.model.checkpoint.Weights;
import dev.d2v.nn.Parameter;
import dev.d2v.tensor.spi.Backend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A fine-tuned checkpoint of the official code gives its encoder and names its head.
final class FineTunedWeightsTest {
  private static final Path FILES = Path.of("src", "test", "resources", "weights");

  @ParameterizedTest
  @ValueSource(strings = {"finetuned_image.pt", "finetuned_ctc.pt"})
  void theEncoderLoads(String name) throws IOException {
    try (Backend backend = Backend.cpu(1);
        Weights weights = Weights.open(FILES.resolve(name));
        Data2Vec2 model = Data2Vec2.inference(weights.config().orElseThrow(), backend)) {
      LoadReport report = weights.load(model, false);
      assertTrue(report.complete(), report.toString());
      assertEquals(Map.of(), weights.teacher());
      assertEquals(List.of("unknown field rebuild_batches"), weights.remarks());
      for (Parameter p : model.memory().student()) {
        assertArrayEquals(
            weights.tensors().floats(weights.student().getOrDefault(p.name(), "")),
            backend.floats(p.value()),
            p.name());
      }
    }
  }

  @Test
  void theHeadIsNamed() throws IOException {
    try (Weights image = Weights.open(FILES.resolve("finetuned_image.pt"));
        Weights ctc = Weights.open(FILES.resolve("finetuned_ctc.pt"))) {
      assertEquals(
          Set.of("fc_norm.weight", "fc_norm.bias", "head.weight", "head.bias"), heads(image));
      assertEquals(Set.of("w2v_encoder.proj.weight", "w2v_encoder.proj.bias"), heads(ctc));
    }
  }

  private static Set<String> heads(Weights weights) {
    return weights instanceof FairseqWeights fairseq && fairseq.fineTuned()
        ? fairseq.heads().keySet()
        : Set.of();
  }
}
