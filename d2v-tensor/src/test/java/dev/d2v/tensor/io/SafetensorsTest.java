package dev.d2v.tensor.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.Workspace;
import dev.d2v.tensor.io.Safetensors.Item;
import dev.d2v.tensor.spi.Backend;
import dev.d2v.tensor.spi.CpuBackend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
  @TempDir Path folder;

  private Path file() {
    return folder.resolve("model.safetensors");
  }

  /// A file of this header, its length in front, and so many bytes 0, 1, 2, ... of data.
  private Path file(String header, int dataBytes) throws IOException {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    byte[] data = new byte[dataBytes];
    for (int i = 0; i < dataBytes; i++) {
      data[i] = (byte) i;
    }
    return file(text.length, text, data);
  }

  private Path file(long length, byte[] text, byte[] data) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + text.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(length).put(text).put(data);
    return Files.write(file(), bytes.array());
  }

  private static String refusal(Path path) {
    return assertThrows(FormatException.class, () -> Safetensors.open(path).close()).toString();
  }

  @Test
  void whatIsWrittenIsReadBack() throws IOException {
    String odd = "a \"quoted\" \\ name\n\u00e9\ud83d\ude00";
    Safetensors.write(
        file(),
        Map.of("format", "d2v", "k\u00fc", odd),
        List.of(
            Item.of("w", Shape.of(2, 3), 1f, 2f, 3f, -0f, Float.NaN, Float.MIN_VALUE),
            Item.of("empty", Shape.of(0, 5), new float[0]),
            Item.of(odd, Shape.of(2), Integer.MIN_VALUE, 7),
            Item.of("scalar", Shape.of(), 5f)));
    try (Safetensors read = Safetensors.open(file())) {
      assertEquals(List.of("w", "empty", odd, "scalar"), read.names());
      assertEquals(Map.of("format", "d2v", "k\u00fc", odd), read.metadata());
      assertArrayEquals(new float[] {1, 2, 3, -0f, Float.NaN, Float.MIN_VALUE}, read.floats("w"));
      assertEquals(Shape.of(2, 3), read.entry("w").shape());
      assertEquals(0, read.entry("w").begin() % 8);
      assertEquals(0, read.floats("empty").length);
      assertArrayEquals(new int[] {Integer.MIN_VALUE, 7}, read.ints(odd));
      assertArrayEquals(new float[] {5}, read.floats("scalar"));
      assertThrows(IllegalArgumentException.class, () -> read.entry("absent"));
      assertThrows(FormatException.class, () -> read.ints("w"));
    }
    try (var files = Files.list(folder)) {
      assertEquals(1, files.count(), "a temporary file was left behind");
    }
  }

  @Test
  void theSameTensorsGiveTheSameBytes() throws IOException {
    Path other = folder.resolve("other");
    for (Path path : List.of(file(), other)) {
      Safetensors.write(
          path, Map.of("b", "2", "a", "1", "c", "3"), List.of(Item.of("x", Shape.of(1), 1f)));
    }
    assertEquals(-1, Files.mismatch(file(), other));
  }

  @Test
  void aTensorLargerThanAPieceGoesThroughABackend() throws IOException {
    int n = 700_001;
    try (Backend backend = CpuBackend.open(1, CpuBackend.Option.SCALAR);
        Workspace workspace = Workspace.of(backend, 32L * n)) {
      Tensor floats = workspace.take(n, 1);
      Tensor ints = workspace.take(Shape.of(n), DType.I32);
      float[] values = new float[n];
      int[] indices = new int[n];
      for (int i = 0; i < n; i++) {
        values[i] = 0.5f * i;
        indices[i] = n - i;
      }
      backend.upload(floats, values);
      backend.upload(ints, indices);
      Safetensors.write(
          file(), Map.of(), List.of(Item.of("f", floats, backend), Item.of("i", ints, backend)));
      Tensor floatsBack = workspace.take(1, n);
      Tensor intsBack = workspace.take(Shape.of(n), DType.I32);
      try (Safetensors read = Safetensors.open(file())) {
        read.read("f", floatsBack, backend);
        read.read("i", intsBack, backend);
        Tensor small = workspace.take(3);
        assertThrows(IllegalArgumentException.class, () -> read.read("f", small, backend));
      }
      assertArrayEquals(values, backend.floats(floatsBack));
      assertArrayEquals(indices, backend.ints(intsBack));
    }
  }

  @Test
  void otherTypesAreConverted() throws IOException {
    ByteBuffer data = ByteBuffer.allocate(42).order(ByteOrder.LITTLE_ENDIAN);
    data.putDouble(0.1).putLong(-3);
    data.putShort(Float.floatToFloat16(1.5f)).putShort((short) 0xbfc0);
    data.putShort((short) -2).putShort((short) -2);
    data.put((byte) -1).put((byte) -1).put((byte) 1).put((byte) 2).putLong(1L << 31);
    String header =
        """
        {"f64":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},
         "i64":{"dtype":"I64","shape":[1],"data_offsets":[8,16]},
         "f16":{"dtype":"F16","shape":[1],"data_offsets":[16,18]},
         "bf16":{"dtype":"BF16","shape":[1],"data_offsets":[18,20]},
         "i16":{"dtype":"I16","shape":[1],"data_offsets":[20,22]},
         "u16":{"dtype":"U16","shape":[1],"data_offsets":[22,24]},
         "i8":{"dtype":"I8","shape":[1],"data_offsets":[24,25]},
         "u8":{"dtype":"U8","shape":[1],"data_offsets":[25,26]},
         "bool":{"dtype":"BOOL","shape":[1],"data_offsets":[26,27]},
         "false":{"dtype":"BOOL","shape":[1],"data_offsets":[27,28]},
         "large":{"dtype":"I64","shape":[1],"data_offsets":[28,36]},
         "f8":{"dtype":"F8_E4M3","shape":[3,2],"data_offsets":[36,42]}}\
        """;
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    try (Safetensors read = Safetensors.open(file(text.length, text, data.array()))) {
      assertEquals(0.1f, read.floats("f64")[0]);
      assertEquals(1.5f, read.floats("f16")[0]);
      assertEquals(-1.5f, read.floats("bf16")[0]);
      assertEquals(-3, read.ints("i64")[0]);
      assertEquals(-2, read.ints("i16")[0]);
      assertEquals(65534, read.ints("u16")[0]);
      assertEquals(-1, read.ints("i8")[0]);
      assertEquals(255, read.ints("u8")[0]);
      assertEquals(1, read.ints("bool")[0]);
      assertThrows(FormatException.class, () -> read.ints("false"));
      var large = assertThrows(FormatException.class, () -> read.ints("large"));
      assertTrue(large.toString().contains("2147483648"), large.toString());
      assertEquals(read.entry("large").begin(), large.offset());
      assertThrows(FormatException.class, () -> read.floats("f8"));
    }
  }

  @Test
  void numbersCanBeReadWhereTheyLie() throws IOException {
    float[] values = {1, -2, 3, 4, 5, 6};
    Safetensors.write(
        file(),
        Map.of(),
        List.of(Item.of("w", Shape.of(2, 3), values), Item.of("i", Shape.of(1), 7)));
    try (Safetensors read = Safetensors.open(file());
        Backend backend = Backend.cpu(1)) {
      Tensor there = read.inPlace("w").orElseThrow();
      assertEquals(new Tensor(there.data(), Shape.of(2, 3), DType.F32), there);
      assertEquals(0, there.data().address() % 64, "a file begins its numbers at a line");
      assertArrayEquals(values, backend.floats(there));
      assertArrayEquals(new int[] {7}, backend.ints(read.inPlace("i").orElseThrow()));
    }
  }

  @Test
  void numbersAcrossTheBoundsOfElementsCannotBeReadWhereTheyLie() throws IOException {
    String header =
        """
        {"i8":{"dtype":"I8","shape":[1],"data_offsets":[0,1]},
         "f32":{"dtype":"F32","shape":[1],"data_offsets":[1,5]},
         "f64":{"dtype":"F64","shape":[1],"data_offsets":[5,13]}}   \
        """;
    try (Safetensors read = Safetensors.open(file(header.strip(), 13))) {
      assertTrue(read.inPlace("i8").isPresent());
      assertTrue(read.inPlace("f32").isEmpty());
      assertTrue(read.inPlace("f64").isEmpty(), "no type that tensors have");
    }
  }

  @Test
  void aValidHeaderMayBePaddedAndEmpty() throws IOException {
    try (Safetensors read = Safetensors.open(file("{}      ", 0))) {
      assertEquals(List.of(), read.names());
    }
  }

  @Test
  void aHeaderLengthMustFitTheFile() throws IOException {
    byte[] text = "{}".getBytes(StandardCharsets.UTF_8);
    for (long length : new long[] {0, 1, 3, 100_000_000, 100_000_001, Long.MAX_VALUE, -1}) {
      assertTrue(refusal(file(length, text, new byte[0])).contains("header length"));
    }
    for (int size = 0; size < 8; size++) {
      assertTrue(refusal(Files.write(file(), new byte[size])).contains("8 bytes"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // sizes that lie
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,4]}}",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,8]}}",
        "{'a':{'dtype':'F32','shape':[3],'data_offsets':[0,12]}}",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}}",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[-8,0]}}",
        "{'a':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}}",
        "{'a':{'dtype':'F32','shape':[0,9223372036854775807,3],'data_offsets':[0,0]}}",
        "{'a':{'dtype':'F32','shape':[2147483647,2147483647,2147483647,0],'data_offsets':[0,0]}}",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,9223372036854775808]}}",
        // overlap, hole, rest
        "{'a':{'dtype':'U8','shape':[6],'data_offsets':[0,6]},"
            + "'b':{'dtype':'U8','shape':[4],'data_offsets':[4,8]}}",
        "{'a':{'dtype':'U8','shape':[3],'data_offsets':[0,3]},"
            + "'b':{'dtype':'U8','shape':[4],'data_offsets':[4,8]}}",
        "{'a':{'dtype':'U8','shape':[7],'data_offsets':[0,7]}}",
        "{'a':{'dtype':'U8','shape':[8],'data_offsets':[0,8]},"
            + "'b':{'dtype':'U8','shape':[0],'data_offsets':[3,3]}}",
        "{}",
        // names twice
        "{'a':{'dtype':'U8','shape':[4],'data_offsets':[0,4]},"
            + "'a':{'dtype':'U8','shape':[4],'data_offsets':[4,8]}}",
        "{'a':{'dtype':'U8','dtype':'I8','shape':[8],'data_offsets':[0,8]}}",
        // types and keys
        "{'a':{'dtype':'F33','shape':[2],'data_offsets':[0,8]}}",
        "{'a':{'dtype':7,'shape':[2],'data_offsets':[0,8]}}",
        "{'a':{'dtype':'F32','shape':[2.0],'data_offsets':[0,8]}}",
        "{'a':{'dtype':'F32','shape':2,'data_offsets':[0,8]}}",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8,8]}}",
        "{'a':{'dtype':'F32','shape':[2]}}",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8],'more':1}}",
        "{'a':null}",
        "[]",
        "{'__metadata__':{'a':1},'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}}",
        // not JSON
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} x",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},}",
        "{'a':{'dtype':'F32','shape':[02],'data_offsets':[0,8]}}",
        "{'a':{'dtype':'F32','shape':[2,],'data_offsets':[0,8]}}",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}",
        "{'a",
        "{'a\\q':1}",
        "{'a\\u12g4':1}",
        " {}",
        "{'a':tru}",
        "{'a':-}",
        "{'a':1.}",
        "{'a':1e}",
        "{'a':+1}",
      })
  void aHeaderThatIsNotOneIsRefused(String header) throws IOException {
    String message = refusal(file(header.replace('\'', '"'), 8));
    assertTrue(message.contains(file() + ": at byte "), message);
    assertTrue(message.contains("expected"), message);
  }

  @Test
  void nestingHasALimitAndNoStackIsSpentOnIt() throws IOException {
    for (String open : new String[] {"[", "{\"a\":"}) {
      String message = refusal(file("{\"a\":" + open.repeat(100_000), 0));
      assertTrue(message.contains("nested"), message);
    }
  }

  @Test
  void malformedUtf8IsRefused() throws IOException {
    byte[] text = {'{', '"', (byte) 0xc3, (byte) 0x28, '"', ':', '1', '}'};
    assertTrue(refusal(file(text.length, text, new byte[0])).contains("UTF-8"));
  }

  @Test
  void aFileCutAnywhereIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(twoTensors());
    for (int length = 0; length < whole.length; length++) {
      Files.write(file(), Arrays.copyOf(whole, length));
      refusal(file());
    }
  }

  @Test
  void flippedBytesGiveAFormatExceptionOrAValidFile() throws IOException {
    byte[] whole = Files.readAllBytes(twoTensors());
    Random random = new Random(20);
    int refused = 0;
    for (int round = 0; round < 2000; round++) {
      byte[] bytes = whole.clone();
      for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      Files.write(file(), bytes);
      try (Safetensors read = Safetensors.open(file())) {
        for (String name : read.names()) {
          readEither(read, name);
        }
      } catch (FormatException e) {
        refused++;
      }
    }
    assertTrue(refused > 500 && refused < 2000, "refused " + refused);
  }

  private static void readEither(Safetensors file, String name) {
    String dtype = file.entry(name).dtype();
    int length = dtype.startsWith("F") ? file.floats(name).length : file.ints(name).length;
    assertEquals(file.entry(name).shape().size(), length);
  }

  private Path twoTensors() throws IOException {
    Safetensors.write(
        file(),
        Map.of("format", "test"),
        List.of(
            Item.of("encoder.weight", Shape.of(2, 3), 1f, 2f, 3f, 4f, 5f, 6f),
            Item.of("ids", Shape.of(3), 1, 2, 3)));
    return file();
  }

  @Test
  void aFailedWriteLeavesTheOldFile() throws IOException {
    Path path = twoTensors();
    byte[] before = Files.readAllBytes(path);
    Item tooShort = new Item("x", DType.F32, Shape.of(3), sink -> sink.put(new float[2], 0, 2));
    Item failing =
        new Item(
            "x",
            DType.F32,
            Shape.of(3),
            sink -> {
              throw new IOException("disk full");
            });
    Item ok = Item.of("x", Shape.of(1), 1f);
    assertThrows(
        IllegalStateException.class, () -> Safetensors.write(path, Map.of(), List.of(tooShort)));
    assertThrows(IOException.class, () -> Safetensors.write(path, Map.of(), List.of(failing)));
    assertThrows(
        IllegalArgumentException.class, () -> Safetensors.write(path, Map.of(), List.of(ok, ok)));
    assertArrayEquals(before, Files.readAllBytes(path));
    try (var files = Files.list(folder)) {
      assertEquals(1, files.count(), "a temporary file was left behind");
    }
  }
}
