package dev.d2v.tensor.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NpyTest {
  @TempDir Path folder;

  private Path file() {
    return folder.resolve("array.npy");
  }

  private Path file(int major, String header, int dataBytes) throws IOException {
    byte[] text = header.getBytes(StandardCharsets.US_ASCII);
    int prefix = major == 1 ? 10 : 12;
    ByteBuffer bytes =
        ByteBuffer.allocate(prefix + text.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    bytes.put((byte) major).put((byte) 0);
    if (major == 1) {
      bytes.putShort((short) text.length);
    } else {
      bytes.putInt(text.length);
    }
    return Files.write(file(), bytes.put(text).array());
  }

  @Test
  void whatIsWrittenIsReadBack() throws IOException {
    for (Shape shape : new Shape[] {Shape.of(2, 3), Shape.of(6), Shape.of(1, 6, 1)}) {
      float[] floats = {1, 2, 3, -0f, Float.NaN, Float.MIN_VALUE};
      Npy.write(file(), shape, floats);
      assertEquals(shape, Npy.floats(file()).shape());
      assertArrayEquals(floats, Npy.floats(file()).values());
      int[] ints = {1, 2, 3, Integer.MIN_VALUE, -1, 0};
      Npy.write(file(), shape, ints);
      assertEquals(shape, Npy.ints(file()).shape());
      assertArrayEquals(ints, Npy.ints(file()).values());
    }
    Npy.write(file(), Shape.of(), new float[] {4});
    assertArrayEquals(new float[] {4}, Npy.floats(file()).values());
    Npy.write(file(), Shape.of(0, 7), new int[0]);
    assertEquals(Shape.of(0, 7), Npy.ints(file()).shape());
  }

  @Test
  void theHeaderIsTheOneThatNumpyWrites() throws IOException {
    Npy.write(file(), Shape.of(3, 4), new float[12]);
    byte[] bytes = Files.readAllBytes(file());
    assertEquals(128 + 48, bytes.length);
    String header = new String(bytes, 10, 118, StandardCharsets.US_ASCII);
    assertTrue(
        header.startsWith("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }  "), header);
    assertTrue(header.endsWith(" \n"), header);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void versionsAndOrdersOfKeysAreRead(int major) throws IOException {
    Path path = file(major, "{'shape':(2,),'descr':'<i4','fortran_order':False}\n", 8);
    assertArrayEquals(new int[2], Npy.ints(path).values());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2000000000, 2000000000, 9), }",
        "{'descr': '<f4', 'fortran_order': True, 'shape': (2,), }",
        "{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,), }",
        "{'descr': '<f4', 'fortran_order': False, }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'more': 1}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), } x",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, ",
        "{'descr",
        "",
      })
  void aHeaderThatIsNotOneIsRefused(String header) throws IOException {
    Path path = file(1, header, 8);
    var refused = assertThrows(FormatException.class, () -> Npy.floats(path));
    assertTrue(refused.toString().contains(path + ": at byte "), refused.toString());
  }

  @Test
  void unknownVersionsAndLengthsAreRefused() throws IOException {
    Path path = file(4, "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 8);
    assertThrows(FormatException.class, () -> Npy.floats(path));
    Path large = file(2, " ".repeat((1 << 20) + 1), 8);
    assertThrows(FormatException.class, () -> Npy.floats(large));
  }

  @Test
  void aFileCutAnywhereIsRefused() throws IOException {
    Npy.write(file(), Shape.of(2, 2), new float[] {1, 2, 3, 4});
    byte[] whole = Files.readAllBytes(file());
    for (int length = 0; length < whole.length; length++) {
      Files.write(file(), Arrays.copyOf(whole, length));
      assertThrows(FormatException.class, () -> Npy.floats(file()), "cut at " + length);
    }
  }

  @Test
  void flippedBytesGiveAFormatExceptionOrAValidArray() throws IOException {
    Npy.write(file(), Shape.of(2, 2), new float[] {1, 2, 3, 4});
    byte[] whole = Files.readAllBytes(file());
    Random random = new Random(21);
    int refused = 0;
    for (int round = 0; round < 2000; round++) {
      byte[] bytes = whole.clone();
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      Files.write(file(), bytes);
      try {
        assertEquals(4, Npy.floats(file()).values().length);
      } catch (FormatException e) {
        refused++;
      }
    }
    assertTrue(refused > 500 && refused < 2000, "refused " + refused);
  }

  @Test
  void aShapeOfAnotherSizeIsNotWritten() {
    assertThrows(
        IllegalArgumentException.class, () -> Npy.write(file(), Shape.of(3), new float[2]));
  }
}
