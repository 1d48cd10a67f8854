package dev.d2v.cli.weights;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import dev.d2v.model.checkpoint.Conversion;
import dev.d2v.model.checkpoint.Quantization;
import dev.d2v.model.checkpoint.Weights;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.io.FormatException;
import dev.d2v.tensor.io.Npy;
import dev.d2v.tensor.io.Safetensors;
import dev.d2v.tensor.io.TensorFile;
import dev.d2v.tensor.random.RandomStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Damaged files of weights are opened and read, or refused as [FormatException] with file and
/// byte; nothing else happens, and opening one takes little memory.
final class WeightsFuzzTest {
  private static final Path CASES = Path.of("src", "test", "resources", "goldens");
  private static final List<String> SEEDS =
      List.of(
          "pt_odd_zip.pt",
          "pt_odd_legacy.pt",
          "ckpt_image_half.pt",
          "ckpt_text_legacy.pt",
          "pt_odd.safetensors",
          "plain.safetensors",
          "model.safetensors.index.json",
          "int8.safetensors",
          "array.npy");

  /// What opening may allocate beside twice the file: class loading, the pieces of a message.
  private static final long ROOM = 32 << 20;

  @TempDir Path folder;

  @Test
  @Timeout(120)
  void damagedFilesAreRefusedOrRead() throws Exception {
    fuzz(120, 1);
  }

  @Test
  @Tag("long")
  void manyDamagedFilesAreRefusedOrRead() throws Exception {
    fuzz(3_000, 2);
  }

  private void fuzz(int each, long seed) throws Exception {
    Safetensors.write(
        folder.resolve("part-1.safetensors"),
        Map.of("data2vec2.config", "{\"supported_modality\":\"TEXT\",\"vocab_size\":9}"),
        List.of(Safetensors.Item.of("a", Shape.of(2), 1f, 2f)));
    Safetensors.write(
        folder.resolve("small.safetensors"),
        Map.of("d2v.storage", "int8"),
        List.of(
            new Safetensors.Item("w", DType.I8, Shape.of(2, 3), sink -> sink.put(new byte[6])),
            Safetensors.Item.of("w_scale", Shape.of(2, 1), 1f, 2f),
            new Safetensors.Item(
                "half", DType.BF16, Shape.of(2), sink -> sink.put(new short[2], 0, 2))));
    Npy.write(folder.resolve("small.npy"), Shape.of(2, 3), new float[6]);
    int refused = 0;
    for (String name : SEEDS) {
      byte[] whole =
          switch (name) {
            case "plain.safetensors" -> Files.readAllBytes(folder.resolve("part-1.safetensors"));
            case "model.safetensors.index.json" ->
                "{\"metadata\":{},\"weight_map\":{\"a\":\"part-1.safetensors\"}}"
                    .getBytes(StandardCharsets.UTF_8);
            case "int8.safetensors" -> Files.readAllBytes(folder.resolve("small.safetensors"));
            case "array.npy" -> Files.readAllBytes(folder.resolve("small.npy"));
            default -> Files.readAllBytes(CASES.resolve(name));
          };
      for (int i = 0; i < each; i++) {
        RandomStream random = new RandomStream(seed, 1, SEEDS.indexOf(name), i);
        boolean inside = whole[0] == 'P' && random.nextInt(2) == 0;
        byte[] bytes =
            inside ? Damage.archive(CASES.resolve(name), random) : Damage.of(whole, random);
        refused +=
            tried(folder.resolve(name), bytes, "%s, seed %d, number %d".formatted(name, seed, i))
                ? 0
                : 1;
      }
    }
    int all = each * SEEDS.size();
    System.getLogger("fuzz")
        .log(System.Logger.Level.INFO, refused + " of " + all + " were refused");
    assertTrue(refused > all / 4 && refused < all, refused + " of " + all + " were refused");
  }

  private static boolean tried(Path file, byte[] bytes, String what) throws Exception {
    Files.write(file, bytes);
    if (file.toString().endsWith(".npy")) {
      return array(file, what);
    }
    long before = allocated();
    try (Weights weights = Weights.open(file)) {
      long taken = allocated() - before;
      assertTrue(taken <= 2L * bytes.length + ROOM, what + " took " + taken + " bytes");
      weights.description();
      weights.configText();
      weights.others();
      TensorFile tensors = weights.tensors();
      for (String name : tensors.names()) {
        if (tensors.entry(name).dtype().matches("F(16|32|64)|BF16|[IU](8|16)|I(32|64)|BOOL")) {
          tensors.floats(name);
        }
      }
      Quantization.storage(tensors);
      TensorFile restored = Conversion.view(weights, Conversion.Part.BOTH);
      for (String name : restored.names()) {
        if (restored.entry(name).dtype().matches("F(16|32|64)|BF16")) {
          restored.floats(name);
        }
      }
      return true;
    } catch (FormatException e) {
      long taken = allocated() - before;
      assertTrue(taken <= 2L * bytes.length + ROOM, what + " took " + taken + " bytes");
      assertTrue(e.offset() >= 0 && !e.file().isEmpty(), what);
      return false;
    } catch (RuntimeException | Error e) {
      return fail(what + " fails with " + e, e);
    }
  }

  private static boolean array(Path file, String what) throws Exception {
    try {
      Npy.entry(file);
      Npy.floats(file);
      return true;
    } catch (FormatException e) {
      assertTrue(e.offset() >= 0 && !e.file().isEmpty(), what);
      return false;
    } catch (RuntimeException | Error e) {
      return fail(what + " fails with " + e, e);
    }
  }

  private static long allocated() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
  }
}
