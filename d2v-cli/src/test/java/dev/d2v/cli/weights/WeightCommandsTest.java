package dev.d2v.cli.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.cli.Commands;
import dev.d2v.cli.Screen;
import dev.d2v.model.Data2Vec2;
import dev.d2v.model.Data2Vec2Config;
import dev.d2v.model.checkpoint.Checkpoint;
import dev.d2v.model.checkpoint.LoadReport;
import dev.d2v.model.checkpoint.Weights;
import dev.d2v.tensor.io.Npy;
import dev.d2v.tensor.io.TensorFile;
import dev.d2v.tensor.spi.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.jr.ob.JSON;

final class WeightCommandsTest {
  private static final Path CASES = Path.of("src", "test", "resources", "goldens");

  private final Screen screen = new Screen();

  @TempDir private Path folder;

  private int d2v(Object... arguments) {
    String[] words = List.of(arguments).stream().map(String::valueOf).toArray(String[]::new);
    return Commands.run(screen.piped(), words);
  }

  @Test
  @DisplayName("inspect says what a published checkpoint is and lists its tensors")
  void inspect() {
    assertEquals(0, d2v("inspect", CASES.resolve("ckpt_image_half.pt")), screen.err());
    String out = screen.out();
    assertTrue(out.contains("fairseq data2vec 2.0, IMAGE, pre-trained, archive"), out);
    assertTrue(out.contains("model    16 channels, 2 heads, 1 blocks before and 2 shared"), out);
    assertTrue(out.contains("sha-256  "), out);
    assertTrue(
        out.lines().anyMatch(l -> l.matches("model/blocks\\.0\\.norm1\\.weight +F32 +\\(16\\)")),
        out);
    assertTrue(out.contains("model/_ema/blocks.0.norm1.weight"), out);
  }

  @Test
  @DisplayName("inspect --json is one object")
  void inspectJson() throws IOException {
    assertEquals(0, d2v("inspect", CASES.resolve("pt_odd_zip.pt"), "--json", "--no-hash"));
    Map<String, Object> object = JSON.std.mapFrom(screen.out());
    assertTrue(object.get("tensors") instanceof List<?> l && l.size() == 20, screen.out());
    assertFalse(screen.out().contains("sha256"));
  }

  @Test
  @DisplayName(
      "convert keeps names, numbers and configuration, so that a model loads what comes out")
  void convert() throws IOException {
    Path pt = CASES.resolve("ckpt_text_legacy.pt");
    Path out = folder.resolve("text.safetensors");
    assertEquals(0, d2v("convert", pt, out), screen.err());
    try (Backend backend = Backend.cpu(1);
        Weights from = Weights.open(pt);
        Weights to = Weights.open(out)) {
      Data2Vec2Config config = from.config().orElseThrow();
      assertEquals(config, to.config().orElseThrow());
      assertEquals(from.student().keySet(), to.student().keySet());
      assertEquals(from.teacher().keySet(), to.teacher().keySet());
      from.teacher()
          .forEach((name, own) ->
              assertArrayEquals(
                  from.tensors().floats(own), to.tensors().floats(Weights.TEACHER + name)));
      try (Data2Vec2 model = Data2Vec2.training(config, backend)) {
        LoadReport report = to.load(model, false);
        assertTrue(report.complete(), report.toString());
      }
    }
    assertEquals(1, d2v("convert", pt, out), "an existing file is left alone");
    assertTrue(screen.err().contains("--force"), screen.err());
    assertEquals(0, d2v("convert", pt, out, "--force", "--part", "teacher"));
    try (Weights to = Weights.open(out)) {
      assertEquals(Map.of(), to.teacher());
    }
  }

  @Test
  @DisplayName("convert to a folder writes one .npy file a tensor")
  void npy() throws IOException {
    Path pt = CASES.resolve("ckpt_image_half.pt");
    Path out = folder.resolve("npy");
    assertEquals(0, d2v("convert", pt, out, "--part", "student"), screen.err());
    try (Weights from = Weights.open(pt);
        var files = Files.list(out)) {
      assertEquals(from.student().size(), files.count());
      Npy.Floats floats = Npy.floats(out.resolve("blocks.0.attn.qkv.weight.npy"));
      TensorFile tensors = from.tensors();
      assertEquals(tensors.entry("model/blocks.0.attn.qkv.weight").shape(), floats.shape());
      assertArrayEquals(tensors.floats("model/blocks.0.attn.qkv.weight"), floats.values());
    }
  }

  @Test
  @DisplayName("a checkpoint of a run opens with the configuration of its run")
  void runs() throws IOException {
    Path step = Files.createDirectories(folder.resolve("run/checkpoints/step-000007"));
    Files.writeString(folder.resolve("run/config.yaml"), "recipe: quickstart\n");
    try (Backend backend = Backend.cpu(1);
        Weights from = Weights.open(CASES.resolve("ckpt_image_half.pt"));
        Data2Vec2 model = Data2Vec2.training(from.config().orElseThrow(), backend);
        Data2Vec2 second = Data2Vec2.training(from.config().orElseThrow(), backend)) {
      from.load(model, false);
      Checkpoint.write(step, model, new Checkpoint.State(7, 1));
      for (Path path : List.of(folder.resolve("run"), step)) {
        try (Weights run = Weights.open(path)) {
          assertEquals("d2v checkpoint, update 7", run.description());
          assertEquals("yaml", run.configText().orElseThrow().form());
          assertTrue(run.load(second, false).complete());
        }
      }
    }
    Path out = folder.resolve("run.safetensors");
    assertEquals(0, d2v("convert", folder.resolve("run"), out), screen.err());
    try (Weights to = Weights.open(out)) {
      assertEquals("recipe: quickstart\n", to.configText().orElseThrow().text());
      assertFalse(to.teacher().isEmpty());
    }
  }

  @Test
  @DisplayName("what is no file of weights is refused with a sentence")
  void refusal() throws IOException {
    Path file = Files.writeString(folder.resolve("x.pt"), "this is a text and no model");
    assertEquals(1, d2v("inspect", file));
    assertTrue(screen.err().contains("at byte 0: expected"), screen.err());
    assertEquals(1, d2v("inspect", folder));
    assertTrue(screen.err().contains("a folder without any of them"), screen.err());
    assertEquals(1, d2v("inspect", folder.resolve("nothing")));
  }
}
