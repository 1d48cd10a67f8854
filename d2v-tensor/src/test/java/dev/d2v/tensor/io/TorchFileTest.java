package dev.d2v.tensor.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.tensor.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TorchFileTest {
  @TempDir Path folder;

  private Path file(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("x.pt"), bytes);
  }

  private static byte[] floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float v : values) {
      bytes.putFloat(v);
    }
    return bytes.array();
  }

  private String refusal(byte[] bytes) throws IOException {
    Path file = file(bytes);
    FormatException e = assertThrows(FormatException.class, () -> TorchFile.open(file).close());
    assertEquals(file.toString(), e.file());
    assertTrue(e.offset() >= 0 && e.offset() <= bytes.length, e.getMessage());
    return e.toString();
  }

  private String refusedPickle(PickleBytes pickle) throws IOException {
    return refusal(PickleBytes.archive(pickle.done(), false, floats(1, 2, 3, 4, 5, 6)));
  }

  private static <T> T as(Class<T> type, @Nullable Object value) {
    return type.cast(Objects.requireNonNull(value));
  }

  @ParameterizedTest
  @ValueSource(strings = {"pt_odd_zip.pt", "pt_odd_legacy.pt"})
  void whatTorchSavedIsReadBack(String name) throws IOException {
    Map<String, Object> json = Json.read(PickleBytes.resource(folder, "pt_odd.json"));
    Path same = PickleBytes.resource(folder, "pt_odd.safetensors");
    try (TorchFile torch = TorchFile.open(PickleBytes.resource(folder, name));
        Safetensors expected = Safetensors.open(same)) {
      assertEquals(expected.names().size(), torch.names().size());
      for (String tensor : expected.names()) {
        String key = tensor.substring("tensors/".length());
        assertEquals(expected.entry(tensor).shape(), torch.entry(tensor).shape(), tensor);
        assertArrayEquals(expected.floats(tensor), torch.floats(tensor), tensor);
        if (json.get("strides") instanceof Map<?, ?> strides
            && strides.get(key) instanceof List<?> s) {
          long[] theirs = s.stream().mapToLong(v -> ((Number) v).longValue()).toArray();
          assertArrayEquals(theirs, torch.tensor(tensor).strides(), tensor);
        }
      }
      assertEquals("BF16", torch.entry("tensors/bf16").dtype());
      assertEquals(
          torch.tensor("tensors/base").storageKey(), torch.tensor("tensors/step").storageKey());
      assertEquals(name.contains("zip"), torch.archive());
    }
  }

  @Test
  void pythonValuesBecomeJavaValues() throws IOException {
    try (TorchFile torch = TorchFile.open(PickleBytes.resource(folder, "pt_odd_zip.pt"))) {
      Map<?, ?> numbers = as(Map.class, as(Map.class, torch.root()).get("numbers"));
      assertEquals(7L, numbers.get("i"));
      assertEquals(-12345678901L, numbers.get("neg"));
      assertEquals(new BigInteger("1180591620717411303424"), numbers.get("big"));
      assertEquals(0.1, numbers.get("f"));
      assertNull(numbers.get("none"));
      assertEquals(true, numbers.get("t"));
      assertEquals("h\u00e4\u00df", numbers.get("s"));
      assertArrayEquals(new byte[] {0, -1, 'a', 'b'}, (byte[]) numbers.get("b"));
      assertEquals(3, as(PickledTuple.class, numbers.get("tuple")).items().size());
      assertEquals(List.of(1L, List.of(2L, "x")), numbers.get("list"));
      assertEquals(Set.of(3L), numbers.get("set"));
    }
  }

  @Test
  void packedArchivesAreReadToo() throws IOException {
    byte[] pickle = new PickleBytes().tensor("0", 6, 1, new int[] {2, 2}, new int[] {1, 2}).done();
    try (TorchFile torch =
        TorchFile.open(file(PickleBytes.archive(pickle, true, floats(0, 1, 2, 3, 4, 5))))) {
      assertEquals(List.of(""), torch.names());
      assertEquals(Shape.of(2, 2), torch.entry("").shape());
      assertArrayEquals(new float[] {1, 3, 2, 4}, torch.floats(""));
    }
  }

  @Test
  void archivesWith64BitSizesAreRead() throws IOException {
    byte[] pickle = new PickleBytes().tensor("0", 6, 1, new int[] {2, 2}, new int[] {1, 2}).done();
    byte[] archive = PickleBytes.archive64(pickle, floats(0, 1, 2, 3, 4, 5));
    try (TorchFile torch = TorchFile.open(file(archive))) {
      assertTrue(torch.archive());
      assertArrayEquals(new float[] {1, 3, 2, 4}, torch.floats(""));
      assertEquals(2, torch.checkSums());
    }
    // the size of the storage, in the directory's last record
    int record =
        new String(archive, java.nio.charset.StandardCharsets.ISO_8859_1).lastIndexOf("PK\1\2");
    archive[record + 46 + "a/data/0".length() + 4 + 7] = 0x40;
    assertTrue(refusal(archive).contains("sizes of 'a/data/0' that fit the file"));
  }

  @Test
  void storedNumbersAreComparedWithTheirSumsWhenAsked() throws IOException {
    byte[] pickle = new PickleBytes().tensor("0", 6, 0, new int[] {6}, new int[] {1}).done();
    byte[] archive = PickleBytes.archive(pickle, false, floats(0, 1, 2, 3, 4, 5));
    try (TorchFile torch = TorchFile.open(file(archive))) {
      assertEquals(3, torch.checkSums());
    }
    long at;
    try (TorchFile torch = TorchFile.open(file(archive))) {
      at = torch.entry("").begin();
    }
    archive[(int) at + 5] ^= 1;
    try (TorchFile torch = TorchFile.open(file(archive))) {
      assertEquals(6, torch.floats("").length, "PyTorch reads it too");
      FormatException e = assertThrows(FormatException.class, torch::checkSums);
      assertEquals(at, e.offset());
      assertTrue(
          String.valueOf(e.getMessage()).contains("'a/data/0' with check sum"), e.getMessage());
    }
    try (TorchFile legacy = TorchFile.open(PickleBytes.resource(folder, "pt_odd_legacy.pt"))) {
      assertEquals(0, legacy.checkSums());
    }
  }

  @Test
  void whatAPickleWouldCallIsOnlyNamed() throws IOException {
    byte[] pickle =
        new PickleBytes()
            .op('}', '(')
            .text("evil")
            .global("os", "system")
            .text("touch /tmp/never")
            .op(0x85, 'R')
            .text("args")
            .global("argparse", "Namespace")
            .op(')', 0x81, '}')
            .text("lr")
            .number(3)
            .op('s', 'b', 'u')
            .done();
    try (TorchFile torch = TorchFile.open(file(PickleBytes.archive(pickle, false)))) {
      Map<?, ?> root = as(Map.class, torch.root());
      PickledObject evil = as(PickledObject.class, root.get("evil"));
      assertEquals("os.system", evil.type());
      assertEquals(List.of("touch /tmp/never"), evil.arguments());
      PickledObject args = as(PickledObject.class, root.get("args"));
      assertEquals("argparse.Namespace", args.type());
      assertEquals(Map.of("lr", 3L), args.state());
    }
  }

  @Test
  void aTensorMustLieWithinItsStorage() throws IOException {
    int[][][] wrong = {
      {{7}, {1}},
      {{2, 3}, {3, 2}},
      {{1}, {-1}},
      {{-1}, {1}},
      {{2}, {6}},
      {{2}, {Integer.MAX_VALUE}},
      {{1 << 30, 1 << 30, 1 << 30}, {0, 0, 0}},
      {{2000000}, {0}},
      {{2}, {1, 1}},
    };
    for (int[][] w : wrong) {
      refusedPickle(new PickleBytes().tensor("0", 6, 0, w[0], w[1]));
    }
    refusedPickle(new PickleBytes().tensor("0", 6, 6, new int[] {1}, new int[] {1}));
    refusedPickle(new PickleBytes().tensor("0", 6, -1, new int[] {1}, new int[] {1}));
    String lying = refusedPickle(new PickleBytes().tensor("0", 7, 0, new int[] {7}, new int[] {1}));
    assertTrue(lying.contains("28 bytes in storage 0"), lying);
    String absent =
        refusedPickle(new PickleBytes().tensor("1", 1, 0, new int[] {1}, new int[] {1}));
    assertTrue(absent.contains("a/data/1"), absent);
  }

  @Test
  void picklesThatGrowAreStopped() throws IOException {
    PickleBytes deep = new PickleBytes();
    deep.ops("]".repeat(50_000)).ops("a".repeat(49_999));
    assertTrue(refusedPickle(deep).contains("64 deep"));
    assertTrue(refusedPickle(new PickleBytes().op(']', 'q', 0, 'h', 0, 'a')).contains("64 deep"));
    PickleBytes laughs = new PickleBytes().op(']', 'q', 0);
    for (int i = 0; i < 50; i++) {
      laughs.op(']', 'q', i + 1, 'h', i, 'a', 'h', i, 'a');
    }
    assertTrue(refusedPickle(laughs).contains("nested"));
    PickleBytes many = new PickleBytes().ops("]".repeat(1_100_000));
    assertTrue(refusedPickle(many).contains("objects"));
    assertTrue(refusedPickle(new PickleBytes().op('N', 'r').int4(-1)).contains("memo"));
    PickleBytes copies = new PickleBytes().op('(').ops("N".repeat(100_000)).op('t', 'q', 0);
    for (int i = 0; i < 11; i++) {
      copies.global("builtins", "list").op('h', 0, 0x85, 'R');
    }
    assertTrue(refusedPickle(copies).contains("copy"));
  }

  @Test
  void malformedPicklesAreRefused() throws IOException {
    for (String ops :
        List.of(
            "",
            "a",
            "s",
            "u",
            "R",
            "h\1",
            "0",
            "t",
            "(",
            "\377",
            "P1\n",
            "Q",
            "Nb",
            "Na",
            "NNNs",
            "]]]s",
            "I9x\n",
            "Fz\n",
            "X\377\377\377\377",
            "\215\377\377\377\377\377\377\377\377",
            "\213\377\377\377\377",
            "\200\11")) {
      refusedPickle(new PickleBytes().ops(ops));
    }
  }

  @Test
  void archivesThatLieAreRefused() throws IOException {
    byte[] pickle = new PickleBytes().op('N').done();
    for (String name : List.of("../x", "a/../../x", "/etc/x", "C:/x", "a\\x")) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
        PickleBytes.put(zip, "a/data.pkl", pickle, false);
        PickleBytes.put(zip, name, pickle, false);
      }
      assertTrue(refusal(bytes.toByteArray()).contains("within the archive"), name);
    }
    byte[] bomb = PickleBytes.archive(pickle, true, new byte[50 << 20]);
    assertTrue(refusal(bomb).contains("twice the file's size"));
    byte[] whole = PickleBytes.archive(pickle, false, floats(1, 2));
    for (int length = 0; length < whole.length; length++) {
      refusal(Arrays.copyOf(whole, length));
    }
  }
}
