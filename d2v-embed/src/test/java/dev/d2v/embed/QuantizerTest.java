package dev.d2v.embed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.nn.Storage;
import dev.d2v.tensor.io.Safetensors;
import dev.d2v.testkit.PublishedModel;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class QuantizerTest {
  private static final Path TOKENIZER = Path.of("..", "samples", "austen", "tokenizer.json");
  private static final int VOCABULARY = 4_096;

  @TempDir private Path folder;

  private static Sample.Clip clip() {
    Random random = new Random(1);
    float[] samples = new float[900];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (float) random.nextGaussian();
    }
    return new Sample.Clip(samples, 16_000);
  }

  private static Sample image() {
    byte[] pixels = new byte[16 * 16 * 3];
    new Random(2).nextBytes(pixels);
    return new Sample.Image(new dev.d2v.data.Pixels(pixels, 16, 16, 3));
  }

  private Path text() throws IOException {
    Path model = PublishedModel.text(folder.resolve("text"), VOCABULARY);
    Files.copy(TOKENIZER, model.resolve("tokenizer.json"));
    return model;
  }

  private static double cosine(float[] a, float[] b) {
    double product = 0;
    double first = 0;
    double second = 0;
    for (int i = 0; i < a.length; i++) {
      product += a[i] * b[i];
      first += a[i] * a[i];
      second += b[i] * b[i];
    }
    return product / Math.sqrt(first * second);
  }

  private void keepsVectors(Path model, Sample sample) throws IOException {
    float[] exact;
    long bytes;
    try (Embedder embedder = Embedder.open(model)) {
      exact = embedder.embed(sample);
      bytes = embedder.weightBytes();
    }
    for (Storage storage : new Storage[] {Storage.INT8, Storage.BF16}) {
      Path target = folder.resolve(storage + "-" + model.getFileName());
      Path weights = Quantizer.write(model, target, storage, false);
      assertTrue(Files.isRegularFile(weights));
      try (Embedder written = Embedder.open(target);
          Embedder held = Embedder.open(model, EmbedderOptions.defaults().storage(storage));
          Embedder widened =
              Embedder.open(target, EmbedderOptions.defaults().storage(Storage.F32))) {
        float[] vector = written.embed(sample);
        assertTrue(cosine(exact, vector) > 0.999, "cosine " + cosine(exact, vector));
        assertFalse(java.util.Arrays.equals(exact, vector), "fewer bits leave a trace");
        assertArrayEquals(vector, held.embed(sample), 5e-3f, "a file and a load keep the same");
        assertArrayEquals(vector, widened.embed(sample), 5e-3f, "what is kept is what is computed");
        assertTrue(written.weightBytes() < bytes);
        assertEquals(bytes, widened.weightBytes());
      }
    }
  }

  @Test
  void imagesSpeechAndTextKeepTheirVectorsInFewerBits() throws IOException {
    keepsVectors(PublishedModel.vision(folder.resolve("vision")), image());
    keepsVectors(PublishedModel.audio(folder.resolve("audio")), clip());
    keepsVectors(text(), new Sample.Text("It is a truth universally acknowledged"));
  }

  @Test
  void aTableOfTokensTakesAByteANumber() throws IOException {
    Path target = folder.resolve("small");
    Path weights = Quantizer.write(text(), target, Storage.INT8, false);
    assertTrue(Files.isRegularFile(target.resolve("tokenizer.json")));
    try (Safetensors file = Safetensors.open(weights)) {
      assertEquals("int8", file.metadata().get("d2v.storage"));
      String table = "embeddings.word_embeddings.weight";
      assertEquals("I8", file.entry(table).dtype());
      assertEquals("(4096,1)", file.entry(table + "_scale").shape().toString());
      assertEquals("F32", file.entry("embeddings.LayerNorm.weight").dtype());
      assertEquals("F32", file.entry("embeddings.position_embeddings.weight").dtype());
    }
  }

  @Test
  void convolutionsAreKeptInHalf() throws IOException {
    Path weights =
        Quantizer.write(
            PublishedModel.audio(folder.resolve("m")), folder.resolve("q"), Storage.INT8, false);
    try (Safetensors file = Safetensors.open(weights)) {
      assertEquals("BF16", file.entry("feature_extractor.conv_layers.1.conv.weight").dtype());
      assertEquals("F32", file.entry("feature_projection.projection.weight").dtype());
      assertEquals("I8", file.entry("encoder.layers.0.attention.q_proj.weight").dtype());
    }
  }

  @Test
  void whatIsThereIsLeftAloneAndAFolderIsWholeOrNotThere() throws IOException {
    Path model = PublishedModel.vision(folder.resolve("m"));
    Path there = Files.writeString(folder.resolve("there"), "mine");
    assertThrows(
        FileAlreadyExistsException.class, () -> Quantizer.write(model, there, Storage.INT8, false));
    assertEquals("mine", Files.readString(there));
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> Quantizer.write(model, folder.resolve("x.safetensors"), Storage.INT8, false));
    assertTrue(String.valueOf(refused.getMessage()).contains("name a new folder"));
    Path none = folder.resolve("none");
    Files.delete(model.resolve("model.safetensors"));
    assertThrows(Exception.class, () -> Quantizer.write(model, none, Storage.INT8, false));
    assertFalse(Files.exists(none));
  }
}
