package dev.d2v.tensor.io;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Writes pickles opcode by opcode, and archives around them.
final class PickleBytes {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  PickleBytes() {
    op(0x80, 2);
  }

  PickleBytes op(int... bytes) {
    for (int b : bytes) {
      out.write(b);
    }
    return this;
  }

  PickleBytes ops(String ascii) {
    out.writeBytes(ascii.getBytes(StandardCharsets.ISO_8859_1));
    return this;
  }

  PickleBytes text(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    op('X').int4(utf8.length);
    out.writeBytes(utf8);
    return this;
  }

  PickleBytes number(int value) {
    return op('J').int4(value);
  }

  PickleBytes int4(int value) {
    out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
    return this;
  }

  PickleBytes global(String module, String name) {
    return ops("c" + module + "\n" + name + "\n");
  }

  /// A tensor over storage `key` of `size` floats.
  PickleBytes tensor(String key, int size, int offset, int[] shape, int[] strides) {
    global("torch._utils", "_rebuild_tensor_v2").op('(', '(').text("storage");
    global("torch", "FloatStorage").text(key).text("cpu").number(size).op('t', 'Q');
    number(offset);
    tuple(shape).tuple(strides);
    return op(0x89).global("collections", "OrderedDict").op(')', 'R', 't', 'R');
  }

  private PickleBytes tuple(int[] numbers) {
    op('(');
    for (int n : numbers) {
      number(n);
    }
    return op('t');
  }

  byte[] done() {
    out.write('.');
    return out.toByteArray();
  }

  /// An archive `a/data.pkl` with storages 0, 1, ...
  static byte[] archive(byte[] pickle, boolean packed, byte[]... storages) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      put(zip, "a/data.pkl", pickle, packed);
      for (int i = 0; i < storages.length; i++) {
        put(zip, "a/data/" + i, storages[i], packed);
      }
      put(zip, "a/version", "3\n".getBytes(StandardCharsets.US_ASCII), packed);
    }
    return bytes.toByteArray();
  }

  /// The same archive of stored entries with every size and place in 64 bits, as of a file above 4
  /// GiB: 0xffffffff in the records, the numbers behind them.
  static byte[] archive64(byte[] pickle, byte[]... storages) {
    List<String> names = new ArrayList<>(List.of("a/data.pkl"));
    List<byte[]> contents = new ArrayList<>(List.of(pickle));
    for (int i = 0; i < storages.length; i++) {
      names.add("a/data/" + i);
      contents.add(storages[i]);
    }
    ByteBuffer out = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer directory = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < contents.size(); i++) {
      byte[] name = names.get(i).getBytes(StandardCharsets.US_ASCII);
      byte[] content = contents.get(i);
      CRC32 crc = new CRC32();
      crc.update(content);
      long local = out.position();
      out.putInt(0x04034b50).putShort((short) 45).putShort((short) 0).putShort((short) 0).putInt(0);
      out.putInt((int) crc.getValue()).putInt(-1).putInt(-1);
      out.putShort((short) name.length).putShort((short) 20).put(name);
      out.putShort((short) 1).putShort((short) 16);
      out.putLong(content.length).putLong(content.length).put(content);
      directory.putInt(0x02014b50).putShort((short) 45).putShort((short) 45);
      directory.putShort((short) 0).putShort((short) 0).putInt(0);
      directory.putInt((int) crc.getValue()).putInt(-1).putInt(-1);
      directory.putShort((short) name.length).putShort((short) 28).putShort((short) 0);
      directory.putShort((short) 0).putShort((short) 0).putInt(0).putInt(-1).put(name);
      directory.putShort((short) 1).putShort((short) 24);
      directory.putLong(content.length).putLong(content.length).putLong(local);
    }
    long begin = out.position();
    long length = directory.position();
    out.put(directory.flip());
    long end64 = out.position();
    out.putInt(0x06064b50)
        .putLong(44)
        .putShort((short) 45)
        .putShort((short) 45)
        .putInt(0)
        .putInt(0);
    out.putLong(contents.size()).putLong(contents.size()).putLong(length).putLong(begin);
    out.putInt(0x07064b50).putInt(0).putLong(end64).putInt(1);
    out.putInt(0x06054b50).putShort((short) 0).putShort((short) 0).putShort((short) -1);
    out.putShort((short) -1).putInt(-1).putInt(-1).putShort((short) 0);
    return Arrays.copyOf(out.array(), out.position());
  }

  static void put(ZipOutputStream zip, String name, byte[] content, boolean packed)
      throws IOException {
    ZipEntry entry = new ZipEntry(name);
    CRC32 crc = new CRC32();
    crc.update(content);
    entry.setMethod(packed ? ZipEntry.DEFLATED : ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }

  /// A file of the reference data.
  static Path resource(Path folder, String name) throws IOException {
    Path file = folder.resolve(name);
    try (var in = PickleBytes.class.getResourceAsStream(name)) {
      Files.write(file, in.readAllBytes());
    }
    return file;
  }
}
