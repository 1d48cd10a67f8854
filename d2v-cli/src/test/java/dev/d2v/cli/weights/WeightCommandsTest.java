package dev.d2v.cli.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.cli.Commands;
import dev.d2v.cli.DamagedModel;
import dev.d2v.cli.Screen;
import dev.d2v.model.Data2Vec2;
import dev.d2v.model.Data2Vec2Config;
import dev.d2v.model.checkpoint.Checkpoint;
import dev.d2v.model.checkpoint.LoadReport;
import dev.d2v.model.checkpoint.Weights;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.io.Npy;
import dev.d2v.tensor.io.TensorFile;
import dev.d2v.tensor.spi.Backend;
import dev.d2v.testkit.PublishedModel;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
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
  @DisplayName("inspect --json says which model it is, as inspect does")
  void inspectJsonModel() throws IOException {
    assertEquals(0, d2v("inspect", CASES.resolve("ckpt_audio.pt"), "--json", "--no-hash"));
    Object model = JSON.std.mapFrom(screen.out()).get("model");
    Screen text = new Screen();
    assertEquals(0, Commands.run(text.piped(), "inspect", "" + CASES.resolve("ckpt_audio.pt")));
    assertTrue(text.out().contains("model    " + model + "\n"), text.out());
  }

  @Test
  @DisplayName("a model of Hugging Face's takes fairseq's names from its folder and from one file")
  void namesOfOneFile() throws IOException {
    Path theirs = PublishedModel.audio(folder.resolve("theirs"));
    Path one = folder.resolve("one.safetensors");
    Path fromFolder = folder.resolve("a.safetensors");
    Path fromFile = folder.resolve("b.safetensors");
    assertEquals(0, d2v("convert", theirs, one), screen.err());
    assertEquals(0, d2v("convert", theirs, fromFolder, "--names", "fairseq"), screen.err());
    assertEquals(0, d2v("convert", one, fromFile, "--names", "fairseq"), screen.err());
    assertArrayEquals(Files.readAllBytes(fromFolder), Files.readAllBytes(fromFile));
    assertEquals(1, d2v("convert", one, folder.resolve("c"), "--names", "huggingface"));
    assertTrue(screen.err().contains("has these names already"), screen.err());
    assertEquals(1, d2v("convert", fromFile, folder.resolve("d"), "--names", "fairseq"));
    assertTrue(screen.err().contains("has fairseq's names already"), screen.err());
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
    assertEquals(0, d2v("inspect", folder.resolve("run")), screen.err());
    assertTrue(screen.out().matches("(?s).*model    \\d+ channels, \\d+ heads.*"), screen.out());
    Path out = folder.resolve("run.safetensors");
    assertEquals(0, d2v("convert", folder.resolve("run"), out), screen.err());
    try (Weights to = Weights.open(out)) {
      assertEquals("recipe: quickstart\n", to.configText().orElseThrow().text());
      assertFalse(to.teacher().isEmpty());
    }
  }

  @Test
  @DisplayName("quantize writes a model that opens again, and says what it costs")
  void quantize() throws IOException {
    Path pt = CASES.resolve("ckpt_image_half.pt");
    Path out = folder.resolve("q.safetensors");
    assertEquals(0, d2v("quantize", pt, out, "--samples", "0"), screen.err());
    assertTrue(screen.out().contains("weights  "), screen.out());
    assertFalse(screen.out().contains("cosine"), screen.out());
    try (Weights weights = Weights.open(out)) {
      assertEquals("I8", weights.tensors().entry("blocks.0.attn.qkv.weight").dtype());
      assertFalse(weights.student().containsKey("blocks.0.attn.qkv.weight_scale"));
      assertEquals(Map.of(), weights.teacher());
    }
    assertEquals(1, d2v("quantize", pt, out));
    assertTrue(screen.err().contains("exists already"), screen.err());
    assertEquals(1, d2v("quantize", pt, folder.resolve("r.safetensors"), "--bits", "int4"));
    assertTrue(screen.err().contains("int8 or bf16"), screen.err());
    Path back = folder.resolve("back.safetensors");
    assertEquals(0, d2v("convert", out, back), screen.err());
    try (Weights first = Weights.open(pt);
        Weights widened = Weights.open(back)) {
      float[] before = first.tensors().floats("model/blocks.0.attn.qkv.weight");
      float[] after = widened.tensors().floats("blocks.0.attn.qkv.weight");
      float largest = 0;
      for (float x : before) {
        largest = Math.max(largest, Math.abs(x));
      }
      assertArrayEquals(before, after, largest / 254 * 1.01f, "half a step of the largest scale");
    }
  }

  /// Images of two classes, to fit a probe with and to test it.
  private Path labelled() throws IOException {
    Path data = Files.createDirectories(folder.resolve("data"));
    BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
    for (String part : List.of("train", "test")) {
      for (int i = 0; i < 8; i++) {
        Path of = Files.createDirectories(data.resolve(part).resolve(i % 2 == 0 ? "a" : "b"));
        image.setRGB(i, i, 0xffffff >> (i % 2 * 12));
        ImageIO.write(image, "png", of.resolve(i + ".png").toFile());
      }
    }
    return data;
  }

  @Test
  @DisplayName("quantize leaves nothing behind when its samples or vectors cannot be used")
  void quantizeFails() throws IOException {
    Path pt = CASES.resolve("ckpt_image_half.pt");
    for (String name : List.of("q", "q.safetensors")) {
      Path out = folder.resolve(name);
      assertEquals(1, d2v("quantize", pt, out, "--data", folder.resolve("nowhere")));
      assertFalse(screen.err().contains("exists already"), screen.err());
      assertFalse(Files.exists(out), name);
    }
    Path damaged = DamagedModel.vision(folder.resolve("damaged"));
    Path out = folder.resolve("of-damaged");
    assertEquals(1, d2v("quantize", damaged, out, "--data", labelled()));
    assertFalse(Files.exists(out), "found out when both are compared");
  }

  @Test
  @DisplayName("quantize compares on labelled samples")
  void quantizeCompares() throws IOException {
    Path data = labelled();
    assertEquals(
        0,
        d2v(
            "quantize",
            CASES.resolve("ckpt_image_half.pt"),
            folder.resolve("q"),
            "--data",
            data,
            "--bits",
            "bf16"),
        screen.err());
    assertTrue(screen.out().contains("of the vectors of 8 held-out images"), screen.out());
    assertTrue(screen.out().matches("(?s).*probe    [\\d.]+ % of 8 held-out images right.*"));
  }

  @Test
  @DisplayName("inspect --check reads everything and finds what was changed")
  void inspectCheck() throws IOException {
    Path pt = folder.resolve("x.pt");
    Files.copy(CASES.resolve("ckpt_image_half.pt"), pt);
    assertEquals(0, d2v("inspect", pt, "--check"), screen.err());
    assertTrue(screen.err().contains("entries have the check sums"), screen.err());
    byte[] bytes = Files.readAllBytes(pt);
    try (Weights weights = Weights.open(pt)) {
      bytes[(int) weights.tensors().entry("model/blocks.0.norm1.weight").begin()] ^= 1;
    }
    Files.write(pt, bytes);
    assertEquals(0, d2v("inspect", pt));
    assertEquals(1, d2v("inspect", pt, "--check"));
    assertTrue(screen.err().contains("with check sum"), screen.err());
  }

  @Test
  @DisplayName("inspect says what a model of Hugging Face's is")
  void inspectHuggingFaces() throws IOException {
    Path model = PublishedModel.vision(folder.resolve("model"));
    for (Path path : List.of(model, model.resolve("model.safetensors"))) {
      assertEquals(0, d2v("inspect", path, "--no-hash"), screen.err());
    }
    String line =
        "model    data2vec 1.0, 12 channels, 3 heads, 2 layers, IMAGE, Data2VecVisionModel";
    assertEquals(2, screen.out().lines().filter(line::equals).count(), screen.out());
    Files.writeString(model.resolve("config.json"), "{\"model_type\": \"data2vec-none\"}");
    assertEquals(0, d2v("inspect", model, "--no-hash"), screen.err());
    assertTrue(screen.out().contains("model    its configuration cannot be used: "), screen.out());
  }

  @Test
  @DisplayName("inspect shows the folder of arrays that convert writes")
  void inspectArrays() throws IOException {
    Path npy = folder.resolve("npy");
    assertEquals(0, d2v("convert", CASES.resolve("ckpt_image_half.pt"), npy, "--part", "student"));
    assertEquals(0, d2v("inspect", npy), screen.err());
    assertTrue(screen.out().contains(" arrays of NumPy"), screen.out());
    assertTrue(
        screen
            .out()
            .lines()
            .anyMatch(l -> l.matches("blocks\\.0\\.norm1\\.weight\\.npy +F32 +\\(16\\)")),
        screen.out());
  }

  @Test
  @DisplayName("inspect says what to do with an ONNX model")
  void inspectOnnx() throws IOException {
    Path file = Files.write(folder.resolve("m.onnx"), new byte[] {8, 8, 18, 3, 'd', '2', 'v'});
    assertEquals(1, d2v("inspect", file));
    assertTrue(screen.err().contains("is an ONNX model"), screen.err());
  }

  @Test
  @DisplayName("inspect shows an array of NumPy")
  void inspectNpy() throws IOException {
    Path file = folder.resolve("v.npy");
    Npy.write(file, Shape.of(2, 3), new float[6]);
    assertEquals(0, d2v("inspect", file), screen.err());
    assertTrue(screen.out().matches("(?s).*v\\.npy +F32 +\\(2,3\\).*"), screen.out());
    Npy.write(file, Shape.of(4), new int[4]);
    assertEquals(0, d2v("inspect", file, "--json", "--no-hash"), screen.err());
    assertTrue(screen.out().contains("\"dtype\":\"I32\""), screen.out());
  }

  @Test
  @DisplayName("convert --names refuses what has no form there, with the reasons")
  void namesRefused() {
    Path audio = CASES.resolve("ckpt_audio.pt");
    assertEquals(1, d2v("convert", audio, folder.resolve("hf"), "--names", "huggingface"));
    assertTrue(screen.err().contains("ALiBi"), screen.err());
    assertFalse(Files.exists(folder.resolve("hf")));
    assertEquals(1, d2v("convert", audio, folder.resolve("x"), "--names", "fairseq"));
    assertTrue(screen.err().contains("has fairseq's names already"), screen.err());
    assertEquals(1, d2v("convert", audio, folder.resolve("x"), "--names", "theirs"));
    assertTrue(screen.err().contains("huggingface or fairseq"), screen.err());
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
