package dev.d2v.embed;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.config.ConfigMapper;
import dev.d2v.data.DataException;
import dev.d2v.data.text.BpeTrainer;
import dev.d2v.data.text.TextSource;
import dev.d2v.data.text.TextTokenizer;
import dev.d2v.data.text.TextUnit;
import dev.d2v.model.Data2Vec2;
import dev.d2v.model.checkpoint.Checkpoint;
import dev.d2v.model.train.Recipe;
import dev.d2v.nn.Storage;
import dev.d2v.tensor.io.FormatException;
import dev.d2v.tensor.spi.Backend;
import dev.d2v.testkit.PublishedModel;
import java.awt.image.BufferedImage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Folders of models in which a file is damaged: the model opens and makes a vector, or is refused
/// as [FormatException], a vocabulary as [DataException]. Nothing else happens, whether weights are
/// copied or stay in the mapping.
final class ModelFolderFuzzTest {
  private static final List<String> PIECES =
      List.of(
          "null",
          "-1",
          "0",
          "1e400",
          "{}",
          "[]",
          "\"",
          "99999999999",
          "2147483647",
          "9223372036854775807",
          "\\ud800",
          "true",
          "false",
          ",",
          "[[[[[[[[[[[[[[[[[[[[[[[[[");

  @TempDir Path folder;
  private Path vision;
  private Path audio;
  private Path text;
  private Path int8;
  private Path run;
  private Path smallRun;

  @BeforeEach
  void models() throws Exception {
    vision = PublishedModel.vision(folder.resolve("vision"));
    audio = PublishedModel.audio(folder.resolve("audio"));
    Path prose = Files.writeString(folder.resolve("prose.txt"), "one or another word ".repeat(50));
    TextTokenizer tokenizer = BpeTrainer.train(new TextSource(List.of(prose), TextUnit.LINE), 280);
    text = PublishedModel.text(folder.resolve("text"), tokenizer.size());
    tokenizer.save(text.resolve("tokenizer.json"));
    int8 = folder.resolve("int8");
    Quantizer.write(vision, int8, Storage.INT8, false);
    run = run(folder.resolve("run"));
    smallRun = folder.resolve("small-run");
    Quantizer.write(run, smallRun, Storage.INT8, false);
  }

  private static Path run(Path folder) throws Exception {
    List<String> small =
        List.of(
            "model.embedDim=16",
            "model.heads=2",
            "model.depth=2",
            "model.targets.topLayers=2",
            "model.image.imageSize=8",
            "model.image.patchSize=2",
            "model.image.decoder.dim=16",
            "model.image.decoder.groups=4",
            "probe.layers=1");
    Recipe recipe = ConfigMapper.with(ConfigMapper.recipe("image-base"), small);
    Path step = Files.createDirectories(folder.resolve("checkpoints/step-000001"));
    Files.writeString(folder.resolve("config.yaml"), ConfigMapper.yaml(recipe));
    try (Backend backend = Backend.cpu(1);
        Data2Vec2 model = Data2Vec2.training(recipe.model(), backend)) {
      model.memory().initialize(3);
      Checkpoint.write(step, model, new Checkpoint.State(1, 3));
    }
    return folder;
  }

  @Test
  @Timeout(120)
  void aDamagedFileOfAModelIsRefused() throws Exception {
    fuzz(60, 1);
  }

  @Test
  @Tag("long")
  void manyDamagedFilesOfModelsAreRefused() throws Exception {
    fuzz(1_000, 2);
  }

  private void fuzz(int each, long seed) throws Exception {
    Sample image = Sample.of(new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB));
    Sample clip = new Sample.Clip(new float[400], 16_000);
    damaged(vision, "config.json", image, each, seed);
    damaged(vision, "preprocessor_config.json", image, each, seed);
    damaged(vision, "model.safetensors", image, each, seed);
    damaged(audio, "config.json", clip, each, seed);
    damaged(audio, "preprocessor_config.json", clip, each, seed);
    damaged(text, "config.json", new Sample.Text("one or another"), each, seed);
    damaged(text, "tokenizer.json", new Sample.Text("one or another"), each, seed);
    damaged(int8, "config.json", image, each, seed);
    damaged(int8, "model.safetensors", image, each, seed);
    damaged(run, "config.yaml", image, each, seed);
    damaged(run, "checkpoints/step-000001/state.json", image, each, seed);
    damaged(run, "checkpoints/step-000001/model.safetensors", image, each, seed);
    damaged(smallRun, "model.safetensors", image, each, seed);
  }

  private static void damaged(Path model, String name, Sample sample, int each, long seed)
      throws Exception {
    Path file = model.resolve(name);
    byte[] sound = Files.readAllBytes(file);
    int refused = 0;
    for (int i = 0; i < each; i++) {
      String what = "%s, seed %d, number %d".formatted(file, seed, i);
      Files.write(file, damaged(sound, new Random(1_000_003 * seed + i)));
      try {
        refused += refused(model, i % 2 == 1, sample, what) ? 1 : 0;
      } catch (RuntimeException | Error defect) {
        throw new AssertionError(what + " fails with " + defect, defect);
      }
    }
    Files.write(file, sound);
    boolean read = !name.endsWith("state.json"); // of which an embedder reads nothing
    assertTrue(!read || refused > each / 8, refused + " of " + each + " were refused: " + file);
  }

  private static boolean refused(Path model, boolean mapped, Sample sample, String what)
      throws Exception {
    EmbedderOptions options = EmbedderOptions.defaults().sessions(1, 1).mapped(mapped);
    try (Embedder embedder = Embedder.open(model, options)) {
      try {
        embedder.embed(sample);
        return false;
      } catch (IllegalArgumentException | DataException unfit) {
        // The model is another one than it was, and the sample not for it.
        assertTrue(!String.valueOf(unfit.getMessage()).isEmpty(), what);
        return true;
      }
    } catch (FormatException e) {
      assertTrue(e.offset() >= 0 && e.file().startsWith(model.toString()), what + ": " + e);
      return true;
    } catch (DataException e) {
      assertTrue(String.valueOf(e.getMessage()).contains(model.toString()), what + ": " + e);
      return true;
    }
  }

  private static byte[] damaged(byte[] sound, Random random) {
    byte[] bytes = sound.clone();
    int at = random.nextInt(Math.min(bytes.length, 3_000));
    switch (random.nextInt(4)) {
      case 0 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
      case 1 -> bytes = spliced(bytes, number(bytes, at), PIECES, random);
      case 2 -> bytes = spliced(bytes, new int[] {at, at}, PIECES, random);
      default -> {
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
          bytes[random.nextInt(Math.min(bytes.length, 3_000))] = (byte) random.nextInt(256);
        }
      }
    }
    return bytes;
  }

  /// The first number behind a place, or the place itself.
  private static int[] number(byte[] bytes, int at) {
    int from = at;
    while (from < bytes.length && (bytes[from] < '0' || bytes[from] > '9')) {
      from++;
    }
    int to = from;
    while (to < bytes.length && bytes[to] >= '0' && bytes[to] <= '9') {
      to++;
    }
    return from == bytes.length ? new int[] {at, at} : new int[] {from, to};
  }

  /// With a piece between two places.
  private static byte[] spliced(byte[] bytes, int[] place, List<String> pieces, Random random) {
    byte[] piece = pieces.get(random.nextInt(pieces.size())).getBytes(StandardCharsets.UTF_8);
    int from = place[0];
    int to = place[1];
    byte[] out = Arrays.copyOf(bytes, bytes.length - (to - from) + piece.length);
    System.arraycopy(piece, 0, out, from, piece.length);
    System.arraycopy(bytes, to, out, from + piece.length, bytes.length - to);
    return out;
  }
}
