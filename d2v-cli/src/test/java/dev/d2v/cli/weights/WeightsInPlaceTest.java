package dev.d2v.cli.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.model.Data2Vec2;
import dev.d2v.model.Data2Vec2Config;
import dev.d2v.model.checkpoint.LoadReport;
import dev.d2v.model.checkpoint.Weights;
import dev.d2v.nn.Storage;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.plan.PlanBackend;
import dev.d2v.tensor.spi.Backend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A model whose values lie in the mapped file has the values of one that read them.
final class WeightsInPlaceTest {
  private static final Path CASES = Path.of("src", "test", "resources", "goldens");

  /// In the form before PyTorch 1.6 numbers lie across the bounds of elements.
  @ParameterizedTest(name = "{0}, teacher {1}")
  @CsvSource({
    "ckpt_image_half.pt, false, all",
    "ckpt_audio.pt, false, all",
    "ckpt_audio.pt, true, all",
    "ckpt_text_legacy.pt, true, none",
  })
  void sameValues(String name, boolean teacher, String inPlace) throws IOException {
    try (Backend backend = Backend.cpu(1);
        Weights weights = Weights.open(CASES.resolve(name))) {
      Data2Vec2Config config = weights.config().orElseThrow();
      Map<String, Tensor> given;
      int all;
      try (Data2Vec2 plan = Data2Vec2.inference(config, new PlanBackend())) {
        given = weights.inPlace(plan, teacher);
        all = plan.memory().student().size();
      }
      assertEquals(inPlace, given.isEmpty() ? "none" : given.size() < all ? "some" : "all");
      try (Data2Vec2 read = Data2Vec2.inference(config, backend);
          Data2Vec2 there = Data2Vec2.inference(config, backend, Storage.F32, given)) {
        LoadReport report = weights.load(read, teacher);
        assertEquals(report, weights.load(there, teacher));
        assertTrue(there.memory().memory().bytes() <= read.memory().memory().bytes());
        for (int i = 0; i < read.memory().student().size(); i++) {
          String parameter = read.memory().student().get(i).name();
          assertArrayEquals(
              backend.floats(read.memory().student().get(i).value()),
              backend.floats(there.memory().student().get(i).value()),
              parameter);
        }
        assertFalse(read.memory().student().isEmpty());
      }
    }
  }
}
