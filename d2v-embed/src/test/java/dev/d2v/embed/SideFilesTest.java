package dev.d2v.embed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.data.DataException;
import dev.d2v.data.Pixels;
import dev.d2v.model.checkpoint.Conversion;
import dev.d2v.model.checkpoint.LoadReport;
import dev.d2v.model.checkpoint.Weights;
import dev.d2v.nn.Storage;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.io.FormatException;
import dev.d2v.tensor.io.Safetensors;
import dev.d2v.testkit.PublishedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What lies beside a model's weights, or in one file with them.
final class SideFilesTest {
  private static final EmbedderOptions OPTIONS = EmbedderOptions.defaults().sessions(1, 1);
  private static final Path TOKENIZER = Path.of("..", "samples", "austen", "tokenizer.json");

  @TempDir private Path folder;

  private static Sample image() {
    byte[] pixels = new byte[16 * 16 * 3];
    new Random(2).nextBytes(pixels);
    return new Sample.Image(new Pixels(pixels, 16, 16, 3));
  }

  private static Sample clip() {
    Random random = new Random(1);
    float[] samples = new float[900];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (float) random.nextGaussian();
    }
    return new Sample.Clip(samples, 16_000);
  }

  private Path text(int vocabulary) throws IOException {
    Path model = PublishedModel.text(folder.resolve("text" + vocabulary), vocabulary);
    Files.copy(TOKENIZER, model.resolve("tokenizer.json"));
    return model;
  }

  private static FormatException refused(Path model) {
    return assertThrows(FormatException.class, () -> Embedder.open(model, OPTIONS));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"image_std\": [0.5, 0.5, 0.5] | \"image_std\": [1]         | image_std ([1.0])",
        "\"image_std\": [0.5, 0.5, 0.5] | \"image_std\": [1, 0, 1]   | image_std ([1.0, 0.0, 1.0])",
        "\"image_std\": [0.5, 0.5, 0.5] | \"image_std\": [1, 1e99, 1]| image_std to be a list",
        "\"do_normalize\": true         | \"do_normalize\": true, \"rescale_factor\": 1e99 | rescale_factor",
        "\"size\": 16                   | \"size\": 24               | found steps that give 24 x 24",
        "\"size\": 16                   | \"size\": {\"height\": 16, \"width\": 8} | give 16 x 8",
        "\"size\": 16                   | \"size\": {\"shortest_edge\": 24} | give 24 x 24",
        "\"do_center_crop\": false      | \"do_center_crop\": true, \"crop_size\": 8 | give 8 x 8",
      })
  void stepsThatDoNotFitTheModelAreRefusedWithTheirFile(String sound, String damage, String said)
      throws IOException {
    Path model = PublishedModel.vision(folder);
    Path file = model.resolve(Preprocessing.FILE);
    Files.writeString(file, Files.readString(file).replace(sound, damage));
    FormatException refused = refused(model);
    assertEquals(file.toString(), refused.file());
    assertTrue(String.valueOf(refused.getMessage()).contains(said), refused.getMessage());
  }

  @Test
  void greyStepsAreRefusedOfAModelOfColours() throws IOException {
    Path model = PublishedModel.vision(folder);
    Path file = model.resolve(Preprocessing.FILE);
    Files.writeString(file, Files.readString(file).replace("[0.5, 0.5, 0.5]", "[0.5]"));
    FormatException refused = refused(model);
    assertEquals(file.toString(), refused.file());
    assertTrue(String.valueOf(refused.getMessage()).contains("num_channels"), refused.getMessage());
  }

  @Test
  void stepsThatAreNotThereAreAskedFor() throws IOException {
    for (Path model :
        List.of(
            PublishedModel.vision(folder.resolve("v")),
            PublishedModel.audio(folder.resolve("a")))) {
      Path file = model.resolve(Preprocessing.FILE);
      Files.delete(file);
      assertEquals(file.toString(), refused(model).file());
    }
  }

  @Test
  void aVocabularyThatIsLargerThanTheModelsIsRefused() throws IOException {
    Path model = text(300);
    DataException refused = assertThrows(DataException.class, () -> Embedder.open(model, OPTIONS));
    assertTrue(
        String.valueOf(refused.getMessage())
            .endsWith("has 4000 tokens, the model 300: is it this model's?"),
        refused.getMessage());
  }

  @Test
  void theFolderOfAFileWithoutAFolderHasAName() {
    Path here = Path.of("").toAbsolutePath();
    assertEquals(here, Preparations.vocabulary(Path.of("weights.safetensors")));
    assertEquals(Path.of("some"), Preparations.vocabulary(Path.of("some", "weights.safetensors")));
  }

  private static Path oneFile(Path model, Path target) throws IOException {
    try (Weights weights = Weights.open(model)) {
      Conversion.safetensors(weights, Conversion.Part.BOTH, target);
    }
    return target;
  }

  private static float[] vector(Path model, Sample sample) throws IOException {
    try (Embedder embedder = Embedder.open(model, OPTIONS)) {
      return embedder.embed(sample);
    }
  }

  @Test
  void aModelOfHuggingFacesInOneFileOpensLikeItsFolder() throws IOException {
    Path vision = PublishedModel.vision(folder.resolve("v"));
    Path audio = PublishedModel.audio(folder.resolve("a"));
    Path text = text(4_096);
    Path apart = Files.createDirectories(folder.resolve("apart"));
    Path seen = oneFile(vision, apart.resolve("v.safetensors"));
    Path heard = oneFile(audio, apart.resolve("a.safetensors"));
    Path read = oneFile(text, apart.resolve("t.safetensors"));
    assertArrayEquals(vector(vision, image()), vector(seen, image()));
    assertArrayEquals(vector(audio, clip()), vector(heard, clip()));

    Sample passage = new Sample.Text("It is a truth universally acknowledged");
    DataException none = assertThrows(DataException.class, () -> Embedder.open(read, OPTIONS));
    assertTrue(String.valueOf(none.getMessage()).contains(apart.toString()), none.getMessage());
    Files.copy(TOKENIZER, apart.resolve("tokenizer.json"));
    assertArrayEquals(vector(text, passage), vector(read, passage));

    // Again and in fewer bits.
    Path twice = oneFile(seen, apart.resolve("twice.safetensors"));
    assertArrayEquals(vector(vision, image()), vector(twice, image()));
    Path small = folder.resolve("small.safetensors");
    Quantizer.write(seen, small, Storage.INT8, false);
    assertArrayEquals(vector(vision, image()), vector(small, image()), 0.05f);
    Path words = folder.resolve("words");
    Quantizer.write(read, words, Storage.INT8, false);
    assertTrue(Files.isRegularFile(words.resolve("tokenizer.json")));
    assertArrayEquals(vector(text, passage), vector(words, passage), 0.05f);
  }

  @Test
  void oneFileSaysWhatMustLieBesideIt() throws IOException {
    Path vision = PublishedModel.vision(folder.resolve("v"));
    Path steps = vision.resolve(Preprocessing.FILE);
    String sound = Files.readString(steps);
    try (Weights weights = Weights.open(vision)) {
      assertFalse(Exchange.besideOneFile(weights).isPresent());
    }
    try (Weights weights = Weights.open(text(4_096))) {
      assertTrue(Exchange.besideOneFile(weights).orElseThrow().contains("tokenizer.json"));
    }
    Files.delete(steps);
    try (Weights weights = Weights.open(vision)) {
      assertTrue(Exchange.besideOneFile(weights).orElseThrow().contains(Preprocessing.FILE));
    }
    Path apart = Files.createDirectories(folder.resolve("apart"));
    Path one = oneFile(vision, apart.resolve("v.safetensors"));
    FormatException refused = refused(one);
    assertEquals(one.toString(), refused.file());
    assertTrue(
        String.valueOf(refused.getMessage()).contains(Preprocessing.FILE), refused.getMessage());
    Files.writeString(apart.resolve(Preprocessing.FILE), sound);
    assertEquals(12, vector(one, image()).length);
  }

  /// With a tensor that nothing asks for.
  private static void addTensor(Path file, String name) throws IOException {
    List<Safetensors.Item> items = new ArrayList<>();
    Map<String, String> metadata;
    try (Safetensors from = Safetensors.open(file)) {
      metadata = from.metadata();
      for (String own : from.names()) {
        items.add(Safetensors.Item.of(own, from.entry(own).shape(), from.floats(own)));
      }
    }
    items.add(Safetensors.Item.of(name, Shape.of(2), new float[2]));
    Safetensors.write(file, metadata, items);
  }

  @Test
  void tensorsThatNothingAsksForAreListedOfBothGenerations() throws IOException {
    Path first = PublishedModel.audio(folder.resolve("first"));
    Path second = folder.resolve("second.safetensors");
    Exchange.toPublished(first, second);
    addTensor(first.resolve("model.safetensors"), "extra.weight");
    addTensor(second, "extra.weight");
    for (Path model : List.of(first, second)) {
      try (Embedder embedder = Embedder.open(model, OPTIONS)) {
        LoadReport report = embedder.loadReport();
        assertEquals(List.of("extra.weight"), report.unexpected());
        assertEquals(List.of(), report.missing());
        assertFalse(report.loaded().isEmpty());
        assertTrue(
            embedder.remarks().contains("tensors left aside: extra.weight"),
            embedder.remarks().toString());
      }
    }
  }
}
