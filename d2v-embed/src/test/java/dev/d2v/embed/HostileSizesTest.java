package dev.d2v.embed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.config.ConfigMapper;
import dev.d2v.model.Data2Vec2;
import dev.d2v.model.checkpoint.Checkpoint;
import dev.d2v.model.train.Recipe;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.io.FormatException;
import dev.d2v.tensor.io.Safetensors;
import dev.d2v.tensor.spi.Backend;
import dev.d2v.testkit.PublishedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Configurations whose numbers no model has: each is refused, with the file, before anything of
/// that size is built.
@Timeout(60)
final class HostileSizesTest {
  private static final List<String> SIZES = List.of("1000", "65536", "1048576", "2147483647");

  /// A field and its whole number, in JSON and in YAML.
  private static final Pattern NUMBER = Pattern.compile("(\"?\\w+\"?: )\\d+(?=[,}\\s])");

  @TempDir private Path folder;

  private static void opens(Path model) throws IOException {
    Embedder.open(model, EmbedderOptions.defaults().sessions(1, 1)).close();
  }

  private static void refused(Path model, String what) {
    FormatException refused = assertThrows(FormatException.class, () -> opens(model), what);
    assertTrue(refused.file().startsWith(model.toString()), what + ": " + refused);
  }

  /// Each number of a configuration by itself, at each size: the model opens, or is refused.
  private static void everyNumber(Path model, Path config) throws IOException {
    String sound = Files.readString(config);
    opens(model);
    Matcher number = NUMBER.matcher(sound);
    while (number.find()) {
      for (String size : SIZES) {
        String field = number.group(1) + size;
        Files.writeString(
            config, sound.substring(0, number.start()) + field + sound.substring(number.end()));
        try {
          opens(model);
        } catch (FormatException refused) {
          assertTrue(refused.file().startsWith(model.toString()), field + ": " + refused);
        } catch (RuntimeException | Error defect) {
          throw new AssertionError("%s: %s gives %s".formatted(config, field, defect), defect);
        }
      }
    }
    Files.writeString(config, sound);
  }

  private static Path run(Path folder, String recipe, List<String> overrides) throws IOException {
    Recipe small = ConfigMapper.with(ConfigMapper.recipe(recipe), overrides);
    Path step = Files.createDirectories(folder.resolve("checkpoints/step-000001"));
    Files.writeString(folder.resolve("config.yaml"), ConfigMapper.yaml(small));
    try (Backend backend = Backend.cpu(1);
        Data2Vec2 model = Data2Vec2.training(small.model(), backend)) {
      model.memory().initialize(3);
      Checkpoint.write(step, model, new Checkpoint.State(1, 3));
    }
    return folder;
  }

  private static Path images(Path folder) throws IOException {
    return run(
        folder,
        "image-base",
        List.of(
            "model.embedDim=16",
            "model.heads=2",
            "model.depth=2",
            "model.targets.topLayers=2",
            "model.image.imageSize=8",
            "model.image.patchSize=2",
            "model.image.decoder.dim=16",
            "model.image.decoder.groups=4",
            "probe.layers=1"));
  }

  private static Path speech(Path folder) throws IOException {
    return run(
        folder,
        "speech-base",
        List.of(
            "model.embedDim=16",
            "model.heads=2",
            "model.depth=2",
            "model.targets.topLayers=2",
            "model.speech.extractor='[(8, 10, 5)]'",
            "model.speech.positionGroups=2",
            "model.speech.positionDepth=1",
            "model.speech.prenet.depth=1",
            "model.speech.decoder.dim=16",
            "model.speech.decoder.groups=4",
            "probe.layers=1"));
  }

  @Test
  void noNumberOfAPublishedConfigurationStopsTheReader() throws IOException {
    Path vision = PublishedModel.vision(folder.resolve("v"));
    everyNumber(vision, vision.resolve("config.json"));
    Path audio = PublishedModel.audio(folder.resolve("a"));
    everyNumber(audio, audio.resolve("config.json"));
  }

  @Test
  void noNumberOfARunStopsTheReader() throws IOException {
    Path images = images(folder.resolve("i"));
    everyNumber(images, images.resolve("config.yaml"));
    Path speech = speech(folder.resolve("s"));
    everyNumber(speech, speech.resolve("config.yaml"));
  }

  @Test
  void moreLayersThanTheFileHasAreRefused() throws IOException {
    Path audio = PublishedModel.audio(folder.resolve("a"));
    Path config = audio.resolve("config.json");
    String sound = Files.readString(config);
    for (String layers : List.of("-1", "2", "65536", "2147483647")) {
      Files.writeString(
          config,
          sound.replace(
              "\"num_conv_pos_embeddings\": 1", "\"num_conv_pos_embeddings\": " + layers));
      refused(audio, layers + " layers of positions");
    }
    Path speech = speech(folder.resolve("s"));
    Path yaml = speech.resolve("config.yaml");
    sound = Files.readString(yaml);
    for (String field : List.of("positionDepth", "depth", "layers")) {
      Matcher number = Pattern.compile("( +%s: )\\d+".formatted(field)).matcher(sound);
      assertTrue(number.find(), field);
      Files.writeString(yaml, number.replaceAll("$11000000"));
      refused(speech, field);
    }
    Files.writeString(
        yaml, sound.replace("[(8, 10, 5)]", "[(8, 10, 5)] * 999999 + [(8, 10, 5)] * 999999"));
    refused(speech, "extractor");
    Files.writeString(yaml, sound.replace("[(8, 10, 5)]", "(8,10,5)".repeat(20_000)));
    refused(speech, "a long extractor");
  }

  @Test
  void anOfficialConfigurationWithMoreLayersThanItsFileIsRefused() throws IOException {
    Path audio = PublishedModel.audio(folder.resolve("a"));
    Path file = folder.resolve("sound.safetensors");
    Exchange.toPublished(audio, file);
    Map<String, String> metadata;
    List<Safetensors.Item> items;
    try (Safetensors from = Safetensors.open(file)) {
      metadata = from.metadata();
      items =
          from.names().stream()
              .map(n -> Safetensors.Item.of(n, from.entry(n).shape(), from.floats(n)))
              .toList();
    }
    assertEquals(DType.F32, items.getFirst().type());
    Path hostile = folder.resolve("hostile.safetensors");
    String config = String.valueOf(metadata.get("data2vec2.config"));
    List<String> fields =
        List.of(
            config.replaceAll("(\"conv_pos_depth\": ?)1", "$11000000"),
            config.replaceAll("(\"prenet_depth\": ?)0", "$11000000"),
            config.replace("{\"decoder_groups\"", "{\"decoder_layers\":1000000,\"decoder_groups\""),
            config.replaceAll("(\"depth\": ?)2", "$11000000"));
    for (String field : fields) {
      assertTrue(!field.equals(config), config);
      Map<String, String> changed = new LinkedHashMap<>(metadata);
      changed.put("data2vec2.config", field);
      Safetensors.write(hostile, changed, items);
      refused(hostile, field);
    }
  }
}
