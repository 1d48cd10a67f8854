package dev.d2v.cli.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.d2v.model.checkpoint.Weights;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.jr.ob.JSON;

/// fairseq keeps a checkpoint's `cfg` as nodes of OmegaConf, which know their parents. They give
/// the configuration that the plain values give.
final class OmegaConfTest {
  private static final Path CASES = Path.of("src", "test", "resources", "goldens");

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"ckpt_audio", "ckpt_image_half"})
  void nodesGiveWhatTheyWrap(String name) throws IOException {
    Map<String, Object> golden = JSON.std.mapFrom(CASES.resolve(name + ".json").toFile());
    Pickle pickle = new Pickle();
    pickle.op('}', '(').text("cfg").node(golden.get("cfg"), -1).text("model").op('}', 'u', '.');
    Path file = folder.resolve("x.pt");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry("x/data.pkl"));
      pickle.out.writeTo(zip);
    }
    try (Weights nodes = Weights.open(file);
        Weights plain = Weights.open(CASES.resolve(name + ".pt"))) {
      assertFalse(pickle.memo < 50, "a node a value");
      assertEquals(plain.config().orElseThrow(), nodes.config().orElseThrow());
      assertEquals(plain.remarks(), nodes.remarks());
    }
  }

  /// Writes values as OmegaConf 2 pickles them.
  private static final class Pickle {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private int memo;

    Pickle() {
      op(0x80, 2);
    }

    Pickle op(int... bytes) {
      for (int b : bytes) {
        out.write(b);
      }
      return this;
    }

    private Pickle number(int value) {
      out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
      return this;
    }

    Pickle text(String text) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      op('X').number(utf8.length);
      out.writeBytes(utf8);
      return this;
    }

    private Pickle global(String module, String name) {
      out.writeBytes(("c" + module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
      return this;
    }

    /// A node, and the nodes in it.
    ///
    /// @param parent its place in the memo, or -1
    Pickle node(@Nullable Object value, int parent) {
      return switch (value) {
        case Map<?, ?> map -> {
          int self = begin("omegaconf.dictconfig", "DictConfig", "_content", parent);
          op('}', '(');
          map.forEach((k, v) -> text(String.valueOf(k)).node(v, self));
          yield op('u', 'u', 'b');
        }
        case List<?> list -> {
          int self = begin("omegaconf.listconfig", "ListConfig", "_content", parent);
          op(']', '(');
          list.forEach(v -> node(v, self));
          yield op('e', 'u', 'b');
        }
        case null, default -> {
          begin("omegaconf.nodes", "AnyNode", "_val", parent);
          yield scalar(value).op('u', 'b');
        }
      };
    }

    /// Up to the value under `content`; the node's place in the memo.
    private int begin(String module, String type, String content, int parent) {
      int self = memo++;
      global(module, type).op(')', 0x81, 'r').number(self).op('}', '(');
      text("_metadata").global("omegaconf.base", "ContainerMetadata").op(')', 0x81, '}', '(');
      text("ref_type").global("typing", "Any").text("object_type").global("builtins", "dict");
      text("optional").op(0x88).text("flags").op('}', 'u', 'b');
      text("_parent");
      if (parent < 0) {
        op('N');
      } else {
        op('j').number(parent);
      }
      text(content);
      return self;
    }

    private Pickle scalar(@Nullable Object value) {
      return switch (value) {
        case null -> op('N');
        case Boolean b -> op(b ? 0x88 : 0x89);
        case Integer i -> op('J').number(i);
        case Number n -> {
          op('G');
          out.writeBytes(ByteBuffer.allocate(8).putDouble(n.doubleValue()).array());
          yield this;
        }
        default -> text(value.toString());
      };
    }
  }
}
