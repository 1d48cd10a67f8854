package dev.d2v.embed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.data.DataException;
import dev.d2v.nn.Storage;
import dev.d2v.tensor.io.FormatException;
import dev.d2v.testkit.PublishedModel;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EmbedderTest {
  private static BufferedImage image(int seed, int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(seed);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, random.nextInt(1 << 24));
      }
    }
    return image;
  }

  private static float[] clip(int seed, int length) {
    Random random = new Random(seed);
    float[] samples = new float[length];
    for (int i = 0; i < length; i++) {
      samples[i] = (float) random.nextGaussian();
    }
    return samples;
  }

  @Test
  void aFileAnImageInMemoryAndABatchGiveTheSameVector(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("a.png");
    ImageIO.write(image(1, 40, 30), "png", file.toFile());
    try (Embedder embedder = Embedder.open(PublishedModel.vision(folder.resolve("m")))) {
      assertEquals(Set.of(Modality.IMAGE), embedder.modalities());
      float[] vector = embedder.embed(file);
      assertEquals(embedder.width(), vector.length);
      assertArrayEquals(vector, embedder.embed(image(1, 40, 30)), 0);
      List<float[]> both =
          embedder.embed(List.of(Sample.of(image(2, 20, 20)), Sample.of(image(1, 40, 30))));
      assertArrayEquals(vector, both.get(1), 1e-5f);
    }
  }

  @Test
  void weightsInTheMappingGiveTheVectorsOfCopiedOnes(@TempDir Path folder) throws IOException {
    record Case(Path model, Sample sample) {}
    for (Case c :
        List.of(
            new Case(PublishedModel.vision(folder.resolve("v")), Sample.of(image(1, 40, 30))),
            new Case(
                PublishedModel.audio(folder.resolve("a")),
                new Sample.Clip(clip(1, 4000), 16_000)))) {
      for (Storage storage : List.of(Storage.F32, Storage.INT8)) {
        EmbedderOptions options = EmbedderOptions.defaults().storage(storage);
        try (Embedder copied = Embedder.open(c.model, options);
            Embedder mapped = Embedder.open(c.model, options.mapped(true))) {
          assertArrayEquals(copied.embed(c.sample), mapped.embed(c.sample), c.toString());
          assertEquals(copied.loadReport(), mapped.loadReport());
        }
      }
    }
  }

  @Test
  void aMappedFileMayBeReplacedWhileItIsOpen(@TempDir Path folder) throws IOException {
    Path model = PublishedModel.vision(folder.resolve("m"));
    Path weights = model.resolve("model.safetensors");
    try (Embedder mapped = Embedder.open(model, EmbedderOptions.defaults().mapped(true))) {
      float[] before = mapped.embed(image(1, 40, 30));
      Path other = Files.write(folder.resolve("other"), new byte[16]);
      Files.move(other, weights, StandardCopyOption.REPLACE_EXISTING);
      assertArrayEquals(before, mapped.embed(image(1, 40, 30)));
    }
    assertThrows(FormatException.class, () -> Embedder.open(model));
  }

  @Test
  void poolingLayersAndLengthAreChosen(@TempDir Path folder) throws IOException {
    Path model = PublishedModel.vision(folder);
    Sample sample = Sample.of(image(3, 16, 16));
    Encoding encoding;
    try (Embedder embedder = Embedder.open(model)) {
      encoding = embedder.encode(sample);
    }
    assertEquals(2, encoding.layers().size());
    assertEquals(5, encoding.tokens());
    int C = encoding.width();
    float[] expected = new float[C];
    double square = 0;
    for (int c = 0; c < C; c++) {
      expected[c] = (encoding.layers().get(0)[c] + encoding.layers().get(1)[c]) / 2;
      square += expected[c] * expected[c];
    }
    for (int c = 0; c < C; c++) {
      expected[c] /= (float) Math.sqrt(square);
    }
    EmbedderOptions options =
        EmbedderOptions.defaults().pooling(Pooling.FIRST).layers(List.of(1, 2)).normalized(true);
    try (Embedder embedder = Embedder.open(model, options)) {
      assertArrayEquals(expected, embedder.embed(sample), 1e-5f);
    }
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> Embedder.open(model, EmbedderOptions.defaults().layers(List.of(3))));
    assertTrue(String.valueOf(refused.getMessage()).contains("layers 1 to 2"));
  }

  @Test
  void whatAModelDoesNotHaveIsRefusedWhenItIsOpened(@TempDir Path folder) throws IOException {
    Path model = PublishedModel.audio(folder);
    for (EmbedderOptions options :
        List.of(
            EmbedderOptions.defaults().pooling(Pooling.FIRST),
            EmbedderOptions.defaults().teacher(true),
            EmbedderOptions.defaults().layers(List.of(0)))) {
      IllegalArgumentException refused =
          assertThrows(IllegalArgumentException.class, () -> Embedder.open(model, options));
      assertTrue(String.valueOf(refused.getMessage()).startsWith(model.toString()));
    }
  }

  @Test
  void anExtentThatNoMemoryHoldsIsRefusedBeforeAnyIsTaken(@TempDir Path folder) throws IOException {
    Path model = PublishedModel.vision(folder);
    Path config = model.resolve("config.json");
    String sound = Files.readString(config);
    for (String size : List.of("1073741823", "99999999999", "3000000")) {
      for (String field : List.of("\"hidden_size\": 12", "\"num_hidden_layers\": 2")) {
        String name = field.substring(0, field.indexOf(':') + 2);
        Files.writeString(config, sound.replace(field, name + size));
        assertThrows(FormatException.class, () -> Embedder.open(model), name + size);
      }
    }
  }

  @Test
  void clipsOfOtherRatesAndLengthsEachHaveTheirVector(@TempDir Path folder) throws IOException {
    try (Embedder embedder = Embedder.open(PublishedModel.audio(folder))) {
      List<float[]> together =
          embedder.embed(
              List.of(
                  new Sample.Clip(clip(1, 900), 16_000),
                  new Sample.Clip(clip(2, 500), 16_000),
                  new Sample.Clip(clip(3, 900), 16_000)));
      assertArrayEquals(embedder.embed(clip(1, 900)), together.get(0), 1e-5f);
      assertArrayEquals(embedder.embed(clip(2, 500)), together.get(1), 0);
      assertEquals(embedder.width(), embedder.embed(clip(4, 400), 8_000).length);
      DataException shortClip =
          assertThrows(DataException.class, () -> embedder.embed(new float[5]));
      assertTrue(String.valueOf(shortClip.getMessage()).contains("too short"));
    }
    try (Embedder padding = Embedder.open(folder, EmbedderOptions.defaults().padsSpeech(true))) {
      assertEquals(
          2,
          padding
              .embed(
                  List.of(
                      new Sample.Clip(clip(1, 900), 16_000), new Sample.Clip(clip(2, 500), 16_000)))
              .size());
    }
  }

  @Test
  void manyThreadsGetTheVectorsOfOne(@TempDir Path folder) throws Exception {
    Path model = PublishedModel.vision(folder);
    float[][] alone = new float[12][];
    EmbedderOptions options = EmbedderOptions.defaults().sessions(3, 1);
    try (Embedder embedder = Embedder.open(model, options);
        ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (int i = 0; i < alone.length; i++) {
        alone[i] = embedder.embed(image(i, 16, 16));
      }
      List<Future<float[]>> results = new ArrayList<>();
      for (int i = 0; i < 120; i++) {
        int seed = i % alone.length;
        results.add(threads.submit(() -> embedder.embed(image(seed, 16, 16))));
      }
      for (int i = 0; i < results.size(); i++) {
        assertArrayEquals(alone[i % alone.length], results.get(i).get(), 0);
      }
    }
  }

  @Test
  void whatCannotBeDoneIsSaid(@TempDir Path folder) throws IOException {
    Path model = PublishedModel.vision(folder.resolve("m"));
    Embedder embedder = Embedder.open(model);
    String text = message(() -> embedder.embed("a text"));
    assertTrue(text.contains("reads images") && text.contains("a text"), text);
    Path broken = Files.writeString(folder.resolve("broken.png"), "no image");
    assertTrue(message(() -> embedder.embed(broken)).contains("broken.png"));
    embedder.close();
    embedder.close();
    assertTrue(message(() -> embedder.embed(image(1, 8, 8))).contains("is closed: open a new one"));
    assertTrue(message(() -> embedder.encode(Sample.of(image(1, 8, 8)))).contains("is closed"));

    Files.delete(model.resolve(Preprocessing.FILE));
    assertTrue(message(() -> Embedder.open(model).close()).contains(Preprocessing.FILE));
    EmbedderOptions little = EmbedderOptions.defaults().maxWorkspaceBytes(10_000);
    try (Embedder small = Embedder.open(PublishedModel.audio(folder.resolve("a")), little)) {
      assertTrue(message(() -> small.embed(clip(1, 9_000))).contains("maxWorkspaceBytes"));
    }
  }

  private interface Action {
    void run() throws IOException;
  }

  private static String message(Action action) {
    return String.valueOf(assertThrows(Exception.class, action::run).getMessage());
  }
}
