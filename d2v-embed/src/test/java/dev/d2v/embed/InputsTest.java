package dev.d2v.embed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.data.DataException;
import dev.d2v.tensor.io.Safetensors;
import dev.d2v.testkit.PublishedModel;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Samples from which no vector comes: each is refused with a sentence, and never gives NaN.
final class InputsTest {
  private static final EmbedderOptions OPTIONS = EmbedderOptions.defaults().sessions(1, 1);

  @TempDir private Path folder;

  private static String message(Class<? extends Exception> type, Runnable call) {
    return String.valueOf(assertThrows(type, call::run).getMessage());
  }

  /// A model whose last norm adds NaN.
  private static Path withNaN(Path model) throws IOException {
    Path file = model.resolve("model.safetensors");
    List<Safetensors.Item> items = new ArrayList<>();
    try (Safetensors from = Safetensors.open(file)) {
      for (String name : from.names()) {
        float[] values = from.floats(name);
        if (name.equals("layernorm.bias")) {
          values[3] = Float.NaN;
        }
        items.add(Safetensors.Item.of(name, from.entry(name).shape(), values));
      }
    }
    Safetensors.write(file, Map.of(), items);
    return model;
  }

  @Test
  void aRecordingInMemoryIsHeldToWhatAFileIs() throws IOException {
    try (Embedder embedder = Embedder.open(PublishedModel.audio(folder), OPTIONS)) {
      for (float wrong : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
        float[] samples = new float[900];
        samples[5] = wrong;
        String said = message(DataException.class, () -> embedder.embed(samples));
        assertTrue(said.endsWith("sample 5 is " + wrong), said);
        said = message(DataException.class, () -> embedder.embed(samples, 8_000));
        assertTrue(said.endsWith("sample 5 is " + wrong), said);
        said =
            message(DataException.class, () -> embedder.encode(new Sample.Clip(samples, 16_000)));
        assertTrue(said.endsWith("sample 5 is " + wrong), said);
      }
    }
  }

  @Test
  void aVectorThatIsNotFiniteIsNoVector() throws IOException {
    Path model = withNaN(PublishedModel.vision(folder.resolve("m")));
    Sample image = Sample.of(new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB));
    Path file = folder.resolve("a.png");
    ImageIO.write(new BufferedImage(9, 9, BufferedImage.TYPE_INT_RGB), "png", file.toFile());
    for (boolean normalized : new boolean[] {false, true}) {
      try (Embedder embedder = Embedder.open(model, OPTIONS.normalized(normalized))) {
        String said = message(DataException.class, () -> embedder.embed(file));
        assertTrue(said.startsWith(file + " gives no finite vector with " + model), said);
        said = message(DataException.class, () -> embedder.embed(List.of(image, Sample.of(file))));
        assertTrue(said.startsWith("sample 0 of the 2, an image gives no finite vector"), said);
        said = message(DataException.class, () -> embedder.encode(image));
        assertTrue(said.contains("number 3 is NaN"), said);
      }
    }
  }

  @Test
  void anInterruptSaysSo() throws IOException {
    Path wav = folder.resolve("a.wav");
    AudioFormat format = new AudioFormat(16_000, 16, 1, true, false);
    byte[] bytes = new byte[1_800];
    Arrays.fill(bytes, (byte) 3);
    AudioSystem.write(
        new AudioInputStream(new ByteArrayInputStream(bytes), format, 900),
        AudioFileFormat.Type.WAVE,
        wav.toFile());
    Path png = folder.resolve("a.png");
    ImageIO.write(new BufferedImage(9, 9, BufferedImage.TYPE_INT_RGB), "png", png.toFile());
    interrupted(PublishedModel.audio(folder.resolve("audio")), wav);
    interrupted(PublishedModel.vision(folder.resolve("vision")), png);
    Path text = PublishedModel.text(folder.resolve("text"), 4_096);
    Files.copy(
        Path.of("..", "samples", "austen", "tokenizer.json"), text.resolve("tokenizer.json"));
    interrupted(text, Files.writeString(folder.resolve("a.txt"), "a text"));
  }

  private static void interrupted(Path model, Path file) throws IOException {
    try (Embedder embedder = Embedder.open(model, OPTIONS)) {
      assertEquals(embedder.width(), embedder.embed(file).length);
      Thread.currentThread().interrupt();
      String said = message(IllegalStateException.class, () -> embedder.embed(file));
      boolean reading = file.toString().endsWith(".wav"); // others' bytes are read to the end
      String when = reading ? "%s was read".formatted(file) : "waiting for one of the 1 sessions";
      assertTrue(said.startsWith("interrupted while " + when), said);
      assertTrue(Thread.interrupted(), "the interrupt stays set");
    }
  }

  @Test
  @SuppressWarnings("NullAway") // callers without NullAway give null
  void nullIsRefusedByName() throws IOException {
    Path none = null;
    float[] samples = null;
    String text = null;
    Pooling pooling = null;
    try (Embedder embedder = Embedder.open(PublishedModel.audio(folder), OPTIONS)) {
      assertEquals("file", message(NullPointerException.class, () -> embedder.embed(none)));
      assertEquals("samples", message(NullPointerException.class, () -> embedder.embed(samples)));
      assertEquals("text", message(NullPointerException.class, () -> embedder.embed(text)));
    }
    assertEquals(
        "pooling: choose MEAN or FIRST",
        message(NullPointerException.class, () -> OPTIONS.pooling(pooling)));
  }
}
