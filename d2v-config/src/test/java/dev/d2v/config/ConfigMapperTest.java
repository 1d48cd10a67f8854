package dev.d2v.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.model.NormPlacement;
import dev.d2v.model.image.ImageConfig;
import dev.d2v.model.train.ImageRecipes;
import dev.d2v.model.train.Recipe;
import dev.d2v.model.train.Recipes;
import dev.d2v.model.train.SharedRecipes;
import dev.d2v.model.train.TextRecipes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class ConfigMapperTest {
  static Stream<String> recipes() {
    return Recipes.all().stream().map(Recipe::name);
  }

  @ParameterizedTest
  @MethodSource("recipes")
  @DisplayName("every recipe survives being written and read")
  void roundTrip(String name) {
    Recipe recipe = ConfigMapper.recipe(name);
    assertEquals(recipe, ConfigMapper.parse(ConfigMapper.yaml(recipe), "config.yaml"));
  }

  @Test
  @DisplayName("a written recipe is complete: it does not lean on the recipe it came from")
  void complete() {
    String yaml = ConfigMapper.yaml(ImageRecipes.huge14());
    assertEquals(
        ImageRecipes.huge14(),
        ConfigMapper.parse("recipe: fashion-mnist-small\n" + yaml, "config.yaml"));
  }

  @Test
  @DisplayName("sections are commented, choices are listed, numbers are short")
  void readable() {
    String yaml = ConfigMapper.yaml(ImageRecipes.fashionMnistSmall());
    assertTrue(
        yaml.contains("\n# How it is trained; an update is accumulate batches.\ntrain:\n"), yaml);
    assertTrue(yaml.contains("  norm: post  # post, pre, pre-official\n"), yaml);
    assertTrue(yaml.contains("  normEps: 1e-6\n"), yaml);
    assertTrue(yaml.contains("  image:\n"), yaml);
    assertTrue(yaml.contains("  std: [0.353]\n"), yaml);
  }

  @Test
  @DisplayName("every section has a comment")
  void comments() {
    Deque<Class<?>> open = new ArrayDeque<>(List.of(Recipe.class));
    while (!open.isEmpty()) {
      for (RecordShape.Field field : RecordShape.of(open.pop()).fields()) {
        if (RecordShape.isSection(field.type())) {
          for (Class<?> record : RecordShape.records(field.type())) {
            assertNotNull(ConfigWriter.COMMENTS.get(record), record + " has no comment");
            open.push(record);
          }
        }
      }
    }
  }

  @Test
  @DisplayName("--set reaches any field, in order, words in any case")
  void assignments() {
    Recipe recipe =
        ConfigMapper.with(
            ImageRecipes.quickstart(),
            List.of(
                "train.updates=1_000",
                "train.updates=2e3",
                "model.norm=Pre_Official",
                "model.image.positions=LEARNED",
                "model.image.mask.ratio=0.6",
                "data.image.mean=[0.5]",
                "model.loss.scale=0.25",
                "name=mine"));
    assertEquals(2000, recipe.train().updates());
    assertEquals(NormPlacement.PRE_OFFICIAL, recipe.model().norm());
    assertEquals(ImageConfig.Positions.LEARNED, recipe.model().requireImage().positions());
    assertEquals(0.6, recipe.model().requireImage().mask().ratio());
    assertEquals(List.of(0.5), recipe.data().requireImage().mean());
    assertEquals(0.25, recipe.model().loss().scale());
    assertEquals("mine", recipe.name());
    assertNull(ConfigMapper.with(recipe, List.of("model.loss.scale=null")).model().loss().scale());
  }

  @Test
  @DisplayName("fields that only fit together can be changed together")
  void together() {
    Recipe recipe =
        ConfigMapper.with(
            ImageRecipes.quickstart(),
            List.of("model.heads=5", "model.embedDim=80", "model.image.decoder.groups=16"));
    assertEquals(16, recipe.model().embedDim() / recipe.model().heads());
  }

  @Test
  @DisplayName("masks that only fit together with each other are refused, and taken together")
  void masks() {
    ConfigException kept =
        assertThrows(
            ConfigException.class,
            () ->
                ConfigMapper.with(
                    ImageRecipes.quickstart(),
                    List.of("model.image.mask.encode=all", "model.image.mask.keepMasked=0.1")));
    assertEquals(
        "--set model.image.mask.keepMasked=0.1: model.image.mask.keepMasked must be 0 where"
            + " mask.encode is all: masked tokens are replaced there",
        kept.getMessage());
    ConfigException frozen =
        assertThrows(
            ConfigException.class,
            () ->
                ConfigMapper.with(
                    TextRecipes.austenSmall(),
                    List.of("model.text.mask.encode=all", "model.text.localGradMult=0")));
    assertTrue(
        String.valueOf(frozen.getMessage())
            .startsWith(
                "--set model.text.localGradMult=0: model.text.localGradMult must be above 0"));
    ConfigException untrained =
        assertThrows(
            ConfigException.class,
            () ->
                ConfigMapper.with(
                    SharedRecipes.threeSensesSmall(),
                    List.of(
                        "model.loss.regression=0",
                        "model.loss.cls=0",
                        "model.loss.reconstruction=1")));
    assertEquals(
        "--set model.loss.regression=0: model.loss.regression must be above 0: no other loss trains"
            + " the encoder AUDIO",
        untrained.getMessage());
    Recipe linear =
        ConfigMapper.with(
            ImageRecipes.quickstart(),
            List.of(
                "model.image.mask.encode=all",
                "model.image.mask.fill=learned",
                "model.image.decoder.kind=linear"));
    assertEquals(linear, ConfigMapper.parse(ConfigMapper.yaml(linear), "config.yaml"));
  }

  @Test
  @DisplayName(
      "a file changes what it names; its recipe, or --recipe, fills the rest; --set comes last")
  void file(@TempDir Path folder) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("mine.yaml"), "recipe: image-tiny\ntrain: {batch: 8, seed: 7}\n");
    Recipe fromFile =
        ConfigMapper.resolve(Optional.empty(), Optional.of(file), List.of("train.seed=9"));
    assertEquals(ImageRecipes.tiny().model(), fromFile.model());
    assertEquals(8, fromFile.train().batch());
    assertEquals(9, fromFile.train().seed());
    Recipe named = ConfigMapper.resolve(Optional.of("image-base"), Optional.of(file), List.of());
    assertEquals(ImageRecipes.base().model(), named.model());
    assertEquals(7, named.train().seed());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          train.batchs=3                  | --set train.batchs=3: there is no key 'train.batchs'; did you mean 'train.batch' or 'data.image.share.batch' or 'data.speech.share.batch'?
          batch=3                         | --set batch=3: there is no key 'batch'; did you mean 'train.batch' or 'data.image.share.batch' or 'data.speech.share.batch'?
          train.lerningrate.peek=1        | --set train.lerningrate.peek=1: there is no key 'train.lerningrate'; did you mean 'train.learningRate'?
          probe.zzzzzz=1                  | --set probe.zzzzzz=1: there is no key 'probe.zzzzzz'; probe has pooling, layers
          probe.type=1                    | --set probe.type=1: there is no key 'probe.type'; probe has pooling, layers
          train.batch=many                | --set train.batch=many: train.batch expects a whole number, got 'many'
          train.batch=1.5                 | --set train.batch=1.5: train.batch expects a whole number, got '1.5'
          train.batch=99999999999         | --set train.batch=99999999999: train.batch expects a whole number, got '99999999999'
          train.batch=[1]                 | --set train.batch=[1]: train.batch expects a whole number, got a list
          train.batch=                    | --set train.batch=: train.batch expects a whole number, got null
          train.batch=0                   | --set train.batch=0: train.batch must be at least 1, got 0
          train.decayEverything=maybe     | --set train.decayEverything=maybe: train.decayEverything expects true or false, got 'maybe'
          data.image.mean=0.5                   | --set data.image.mean=0.5: data.image.mean expects a list like [0.5, 0.5], got '0.5'
          data.image.mean=[a]                   | --set data.image.mean=[a]: data.image.mean[0] expects a number, got 'a'
          data.image.mean=[0.1, 0.2, 0.3]       | --set data.image.mean=[0.1, 0.2, 0.3]: data.image.mean and std need one number a channel each
          model.norm=prae                 | --set model.norm=prae: model.norm expects one of post, pre, pre-official, got 'prae'; did you mean 'pre'?
          model.ema.start=2               | --set model.ema.start=2: model.ema.start must be in [0,1], got 2.0
          model.heads=7                   | model.embedDim (128) must be a multiple of heads (7)
          model.targets.topLayers=9       | --set model.targets.topLayers=9: model.targets.topLayers (9) cannot exceed depth (4): only shared blocks yield targets
          model.image.positions=smell     | --set model.image.positions=smell: model.image.positions expects one of sin-cos, learned, none, got 'smell'
          model.image.mask.fill=learnt    | --set model.image.mask.fill=learnt: model.image.mask.fill expects one of noise, learned, got 'learnt'; did you mean 'learned'?
          model.image.mask.encode=visable | --set model.image.mask.encode=visable: model.image.mask.encode expects one of visible, all, got 'visable'; did you mean 'visible'?
          model.image.mask.fil=noise      | --set model.image.mask.fil=noise: there is no key 'model.image.mask.fil'; did you mean 'model.image.mask.fill' or 'model.speech.mask.fill' or 'model.text.mask.fill'?
          model.image.decoder.kind=linear | --set model.image.decoder.kind=linear: model.image.decoder.kind linear needs mask.encode all: place by place, it cannot fill what the encoder has not seen
          model.loss.regression=0         | --set model.loss.regression=0: model.loss.regression, cls and reconstruction are all 0: there is nothing to learn from
          model.image.alibi.scale=1    | --set model.image.alibi.scale=1: model.image.alibi also needs distance, learned, perHead, perLayer
          model=3                         | --set model=3: model is a section with keys of its own, got '3'
          train                           | --set train: expected key=value, for example train.batch=32
          """)
  @DisplayName("what is wrong is said with its key and its place")
  void refusals(String assignment, String sentence) {
    ConfigException error =
        assertThrows(
            ConfigException.class,
            () -> ConfigMapper.with(ImageRecipes.quickstart(), List.of(assignment)));
    assertEquals(sentence, error.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          train:\\n  batch: 8\\n  sead: 3      | run.yaml:3: there is no key 'train.sead'; did you mean 'train.seed'?
          train:\\n  batch: 8\\n  batch: 9     | run.yaml:3: the key 'batch' is there twice
          - 1                                  | run.yaml:1: expected keys and values, got a list
          recipe: quikstart                    | run.yaml:1: there is no recipe 'quikstart'; did you mean 'quickstart'?
          train: {batch: -3}                   | run.yaml:1: train.batch must be at least 1, got -3
          """)
  @DisplayName("a file's mistakes come with their line")
  void refusedFiles(String yaml, String sentence) {
    ConfigException error =
        assertThrows(
            ConfigException.class, () -> ConfigMapper.parse(yaml.replace("\\n", "\n"), "run.yaml"));
    assertEquals(sentence, error.getMessage());
  }

  @Test
  @DisplayName(
      "broken YAML, a missing file and an empty file each get their sentence or their meaning")
  void files(@TempDir Path folder) throws IOException {
    ConfigException broken =
        assertThrows(ConfigException.class, () -> ConfigMapper.parse("a: [1", "run.yaml"));
    assertTrue(
        String.valueOf(broken.getMessage()).startsWith("run.yaml:1:"),
        String.valueOf(broken.getMessage()));
    Path absent = folder.resolve("absent.yaml");
    ConfigException missing =
        assertThrows(
            ConfigException.class,
            () -> ConfigMapper.resolve(Optional.empty(), Optional.of(absent), List.of()));
    assertEquals(
        "cannot read the configuration " + absent + ": no such file or folder: " + absent,
        missing.getMessage());
    Path empty = Files.writeString(folder.resolve("empty.yaml"), "# nothing\n");
    assertEquals(
        ImageRecipes.quickstart(),
        ConfigMapper.resolve(Optional.empty(), Optional.of(empty), List.of()));
  }

  @Test
  @DisplayName("texts that look like other things are quoted")
  void quoting() {
    for (String text :
        List.of(
            "null",
            "12",
            "a: b",
            "#",
            "tab\tand \"quotes\"",
            "",
            "é — 日本",
            "true",
            " x ",
            "\u0000")) {
      Recipe named = ImageRecipes.quickstart().named(text);
      assertEquals(named, ConfigMapper.parse(ConfigMapper.yaml(named), "config.yaml"), text);
    }
  }
}
