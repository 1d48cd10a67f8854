package dev.d2v.embed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.model.v1.Interchange;
import dev.d2v.tensor.io.Safetensors;
import dev.d2v.testkit.PublishedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExchangeTest {
  private static final Path TOKENIZER = Path.of("..", "samples", "austen", "tokenizer.json");

  @TempDir private Path folder;

  /// There and back: vectors stay, and so do the names and numbers of the encoder.
  private void thereAndBack(Path model, Sample sample) throws IOException {
    Path ours = folder.resolve("ours");
    Path back = folder.resolve("back");
    Interchange.Written first = Exchange.toPublished(model, ours);
    Interchange.Written second = Exchange.toHuggingFace(ours, back, false);
    assertEquals(List.of(), first.left());
    assertEquals(List.of(), second.left());
    try (Embedder theirs = Embedder.open(model);
        Embedder published = Embedder.open(ours);
        Embedder again = Embedder.open(back)) {
      assertTrue(published.description().startsWith("data2vec 2.0"), published.description());
      assertTrue(again.description().startsWith("data2vec 1.0"), again.description());
      float[] vector = theirs.embed(sample);
      assertArrayEquals(vector, published.embed(sample), 1e-4f);
      assertArrayEquals(vector, again.embed(sample), 1e-4f);
      Encoding layers = published.encode(sample);
      List<float[]> expected = theirs.encode(sample).layers();
      assertEquals(expected.size(), layers.layers().size());
      for (int i = 0; i < expected.size(); i++) {
        assertArrayEquals(expected.get(i), layers.layers().get(i), 1e-3f);
      }
    }
    try (Safetensors before = Safetensors.open(model.resolve("model.safetensors"));
        Safetensors after = Safetensors.open(back.resolve("model.safetensors"))) {
      assertEquals(new TreeSet<>(before.names()), new TreeSet<>(after.names()));
      for (String name : before.names()) {
        assertEquals(before.entry(name).shape(), after.entry(name).shape(), name);
        if (!name.contains("position_embeddings") && !name.contains("token_type")) {
          assertArrayEquals(before.floats(name), after.floats(name), name);
        }
      }
    }
  }

  @Test
  void speechGoesThereAndBack() throws IOException {
    Random random = new Random(1);
    float[] samples = new float[900];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (float) random.nextGaussian();
    }
    thereAndBack(PublishedModel.audio(folder.resolve("m")), new Sample.Clip(samples, 16_000));
  }

  @Test
  void textGoesThereAndBackWithItsVocabulary() throws IOException {
    Path model = PublishedModel.text(folder.resolve("m"), 4_096);
    Files.copy(TOKENIZER, model.resolve("tokenizer.json"));
    thereAndBack(model, new Sample.Text("She is tolerable, but not handsome enough to tempt me."));
  }

  @Test
  void whatHasNoFormThereIsRefusedWithTheReasons() throws IOException {
    Path vision = PublishedModel.vision(folder.resolve("m"));
    String message =
        String.valueOf(
            assertThrows(
                    IllegalArgumentException.class,
                    () -> Exchange.toPublished(vision, folder.resolve("v.safetensors")))
                .getMessage());
    assertTrue(message.contains("images are pre-norm there"), message);
    Path audio = PublishedModel.audio(folder.resolve("a"));
    Path config = audio.resolve("config.json");
    Files.writeString(
        config,
        Files.readString(config)
            .replace(
                "\"hidden_size\"",
                "\"hidden_act\": \"relu\", \"layer_norm_eps\": 1e-12, \"hidden_size\""));
    message =
        String.valueOf(
            assertThrows(
                    IllegalArgumentException.class,
                    () -> Exchange.toPublished(audio, folder.resolve("a.safetensors")))
                .getMessage());
    assertTrue(
        message.contains("hidden_act is not gelu; layer_norm_eps is 1.0E-12, not 1.0E-5"), message);
  }
}
