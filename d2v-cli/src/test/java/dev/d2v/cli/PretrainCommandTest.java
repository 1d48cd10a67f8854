package dev.d2v.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.cli.run.Modality;
import dev.d2v.cli.run.PretrainOptions;
import dev.d2v.cli.run.ProbeOptions;
import dev.d2v.cli.run.Terminal;
import dev.d2v.config.ConfigMapper;
import dev.d2v.data.text.BpeTrainer;
import dev.d2v.data.text.TextSource;
import dev.d2v.data.text.TextUnit;
import dev.d2v.model.train.ImageRecipes;
import dev.d2v.model.train.SpeechRecipes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PretrainCommandTest {
  private final Screen screen = new Screen();
  private final List<PretrainOptions> asked = new ArrayList<>();
  private final List<ProbeOptions> probed = new ArrayList<>();

  @TempDir private Path folder;

  private int d2v(String... arguments) {
    Terminal terminal = screen.piped();
    List<Object> commands =
        List.of(
            new PretrainCommand(
                terminal,
                (options, t, stop) -> {
                  asked.add(options);
                  return stop.requested() ? 1 : 0;
                }),
            new ProbeCommand(
                terminal,
                (options, t) -> {
                  probed.add(options);
                  return 0;
                }));
    return new Shell(CommandTree.of(terminal, commands), terminal).run(arguments);
  }

  @Test
  @DisplayName("without options: quickstart, the shipped sample, all cores, runs/")
  void defaults() {
    assertEquals(0, d2v("pretrain"));
    int cores = Runtime.getRuntime().availableProcessors();
    assertEquals(
        new PretrainOptions(
            ImageRecipes.quickstart(),
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            cores,
            0,
            Path.of("runs"),
            Optional.empty(),
            Optional.empty(),
            false),
        asked.getFirst());
  }

  @Test
  @DisplayName("options reach the job; --updates and --seed come after --set")
  void options() {
    int status =
        d2v(
            "pretrain",
            "--data",
            "images",
            "--recipe=image-tiny",
            "--set",
            "train.batch=8",
            "--set",
            "train.seed=1",
            "--seed",
            "5",
            "--updates",
            "70",
            "--threads",
            "3",
            "--workers",
            "2",
            "--out",
            "elsewhere",
            "--name",
            "first.try",
            "--quiet");
    assertEquals(0, status, screen.err());
    PretrainOptions options = asked.getFirst();
    assertEquals(8, options.recipe().train().batch());
    assertEquals(5, options.recipe().train().seed());
    assertEquals(70, options.recipe().train().updates());
    assertEquals(Map.of(Modality.IMAGE, Path.of("images")), options.data());
    assertEquals(3, options.threads());
    assertEquals(2, options.workers());
    assertEquals(Path.of("elsewhere"), options.out());
    assertEquals(Optional.of("first.try"), options.name());
    assertTrue(options.quiet());
  }

  @Test
  @DisplayName("--resume takes a folder or a name, and the run's own configuration")
  void resume() throws IOException {
    Path run = Files.createDirectories(folder.resolve("first"));
    Files.writeString(run.resolve("config.yaml"), ConfigMapper.yaml(ImageRecipes.tiny()));
    assertEquals(0, d2v("pretrain", "--resume", "first", "--out", folder.toString()));
    assertEquals(0, d2v("pretrain", "--resume", run.toString()));
    assertEquals(
        List.of(Optional.of(run), Optional.of(run)),
        asked.stream().map(PretrainOptions::resume).toList());
    assertEquals(ImageRecipes.tiny(), asked.getLast().recipe());
    assertEquals(1, d2v("pretrain", "--resume", run.toString(), "--updates", "7"));
    assertTrue(
        screen.err().startsWith("d2v: --resume goes on with the run as it was configured"),
        screen.err());
    assertEquals(0, d2v("probe", "first", "--out", folder.toString(), "--json"));
    assertEquals(run, probed.getFirst().run());
    assertTrue(probed.getFirst().json());
  }

  @Test
  @DisplayName("what cannot be is refused before anything is done")
  void refused() throws IOException {
    Files.createDirectories(folder.resolve("first"));
    Files.writeString(folder.resolve("first/config.yaml"), "");
    assertEquals(1, d2v("pretrain", "--threads", "0"));
    assertEquals(2, d2v("pretrain", "--threads", "x"));
    assertEquals(1, d2v("pretrain", "--updates", "0"));
    assertEquals(1, d2v("pretrain", "--updates", "many"));
    assertEquals(1, d2v("pretrain", "--name", "../up"));
    assertEquals(1, d2v("probe", "frist", "--out", folder.toString()));
    assertEquals(2, d2v("probe"));
    assertEquals(
        """
        d2v: --threads must be 1 to 1024, got 0: the default is one a core, %d here
        d2v: invalid value for option '--threads': 'x' is not an int
             'd2v pretrain --help' shows what there is
        d2v: --set train.updates=0: train.updates must be at least 1, got 0
        d2v: --set train.updates=many: train.updates expects a whole number, got 'many'
        d2v: --name takes letters, digits, '.', '_' and '-', got '../up'
        d2v: there is no run 'frist', neither here nor in %s; did you mean 'first'?
        d2v: missing required parameter: 'RUN'
             'd2v probe --help' shows what there is
        """
            .formatted(Runtime.getRuntime().availableProcessors(), folder),
        screen.err());
    assertEquals(List.of(), asked);
  }

  @Test
  @DisplayName("--modality takes the recipe for newcomers to it")
  void modality() {
    assertEquals(0, d2v("pretrain", "--modality", "speech", "--data", "words"), screen.err());
    assertEquals(SpeechRecipes.spokenDigitsSmall(), asked.getFirst().recipe());
    assertEquals(Map.of(Modality.SPEECH, Path.of("words")), asked.getFirst().data());
    assertEquals(0, d2v("pretrain", "--modality", "image", "--recipe", "image-tiny"), screen.err());
    assertEquals(ImageRecipes.tiny(), asked.getLast().recipe());
  }

  @Test
  @DisplayName("a named recipe of text takes the size of the vocabulary that is given")
  void vocabulary() {
    String tokenizer = tokenizer(270);
    assertEquals(
        0, d2v("pretrain", "--recipe", "text-tiny", "--tokenizer", tokenizer), screen.err());
    assertEquals(270, vocabulary(asked.getFirst()));
    assertEquals(Optional.of(Path.of(tokenizer)), asked.getFirst().tokenizer());
    String own = "--set=model.text.vocabulary=999";
    assertEquals(0, d2v("pretrain", "--recipe=text-tiny", "--tokenizer", tokenizer, own));
    assertEquals(999, vocabulary(asked.getLast()));
  }

  private static int vocabulary(PretrainOptions options) {
    return Objects.requireNonNull(options.recipe().model().text()).vocabulary();
  }

  /// A vocabulary of so many tokens.
  private String tokenizer(int size) {
    Path file = folder.resolve("tokenizer.json");
    try {
      Path text =
          Files.writeString(
              folder.resolve("a.txt"),
              "the cat and the other cat sat there, and the others sat with them. ".repeat(20));
      BpeTrainer.train(TextSource.of(List.of(text), TextUnit.LINE), size).save(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file.toString();
  }

  @Test
  @DisplayName("what contradicts itself is refused with a sentence")
  void contradictions() {
    String tokenizer = tokenizer(270);
    String[][] lines = {
      {"--modality", "smell"},
      {"--modality", "speech", "--recipe", "quickstart"},
      {"--modality", "text", "--recipe", "three-senses-small", "--tokenizer", tokenizer},
      {"--data", "speech=words"},
      {"--recipe", "three-senses-small", "--tokenizer", tokenizer, "--data", "words"},
      {"--data", "a", "--data", "b"},
      {"--blocks-only"},
    };
    for (String[] line : lines) {
      List<String> all = new ArrayList<>(List.of("pretrain"));
      all.addAll(List.of(line));
      assertEquals(1, d2v(all.toArray(String[]::new)));
    }
    assertEquals(
        """
        d2v: --modality expects image, speech, text, got 'smell'
        d2v: --modality speech, but recipe quickstart is for image: leave one of the two out
        d2v: --modality text, but recipe three-senses-small is for image, speech, text: leave one of the two out
        d2v: --data speech=words: recipe quickstart has no speech, only image; for that modality try --modality speech
        d2v: --data words: recipe three-senses-small has image, speech, text: say which this is, for example --data image=words
        d2v: --data names image twice: put everything into one folder
        d2v: --blocks-only goes with --init-from RUN
        """,
        screen.err());
    assertEquals(List.of(), asked);
  }
}
