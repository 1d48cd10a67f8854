package dev.d2v.cli.weights;

import dev.d2v.tensor.random.RandomStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/// Ways to spoil a file, drawn from a stream of random numbers.
final class Damage {
  private static final long[] LIES = {
    0, 1, 2, 255, 65_535, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, Long.MAX_VALUE, 1L << 40
  };
  private static final String OPCODES =
      "(.0123FIJKLMNPQRSTUVXabcdeghijlopqrstu]})\u0080\u0081\u0085\u0086\u0087\u0088\u0089\u008a\u008b\u0093\u0094";
  private static final String[] NAMES = {
    "../../x", "/etc/passwd", "a/../../x", "C:\\x", "x\0y", "archive/data.pkl", "x/data/0"
  };

  private Damage() {}

  /// A spoilt copy.
  static byte[] of(byte[] whole, RandomStream random) {
    byte[] bytes = whole.clone();
    for (int rounds = 1 + random.nextInt(3); rounds > 0 && bytes.length > 16; rounds--) {
      bytes = once(bytes, random);
    }
    return bytes;
  }

  private static byte[] once(byte[] bytes, RandomStream random) {
    // Headers stand at the beginning or at the end.
    int reach = random.nextInt(3) == 0 ? bytes.length : Math.min(bytes.length, 2000);
    int from = random.nextInt(3) == 0 ? bytes.length - reach : 0;
    int at = from + random.nextInt(reach);
    switch (random.nextInt(7)) {
      case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> {
        return Arrays.copyOf(bytes, random.nextInt(bytes.length));
      }
      case 2 -> {
        ByteBuffer view = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        long lie = LIES[random.nextInt(LIES.length)];
        int place = Math.min(at, bytes.length - 8);
        if (random.nextInt(2) == 0) {
          view.putLong(place, lie);
        } else {
          view.putInt(place, (int) lie);
        }
      }
      case 3 -> {
        for (int n = Math.min(random.nextInt(60), bytes.length - at); n > 0; n--, at++) {
          bytes[at] = (byte) random.nextInt();
        }
      }
      case 4 -> bytes[at] = (byte) OPCODES.charAt(random.nextInt(OPCODES.length()));
      case 5 -> {
        byte[] digits = {'0', '9', '-', '[', '{', '"', ',', '}', ']'};
        bytes[at] = digits[random.nextInt(digits.length)];
      }
      default -> {
        // A piece is missing, or comes twice.
        int gap = Math.min(1 + random.nextInt(100), bytes.length - at);
        byte[] out = new byte[bytes.length];
        System.arraycopy(bytes, 0, out, 0, at);
        int rest = bytes.length - at - gap;
        boolean twice = random.nextInt(2) == 0;
        System.arraycopy(bytes, twice ? at : at + gap, out, twice ? at + gap : at, rest);
        return out;
      }
    }
    return bytes;
  }

  /// An archive whose pickle is spoilt and whose check sums are right; sometimes packed, sometimes
  /// with a name that leads elsewhere or with zeros that unpack to more than the file.
  static byte[] archive(Path whole, RandomStream random) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipFile in = new ZipFile(whole.toFile())) {
      for (ZipEntry e : Collections.list(in.entries())) {
        entries.put(e.getName(), in.getInputStream(e).readAllBytes());
      }
    }
    if (random.nextInt(20) == 0) {
      entries.put(NAMES[random.nextInt(NAMES.length)], new byte[3]);
    }
    if (random.nextInt(50) == 0) {
      entries.put("x/data/bomb", new byte[8 << 20]);
    }
    boolean packed = random.nextInt(3) == 0;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> e : entries.entrySet()) {
        byte[] content = e.getValue();
        put(
            zip,
            e.getKey(),
            e.getKey().endsWith("data.pkl") ? of(content, random) : content,
            packed || content.length > 1 << 20);
      }
    }
    return out.toByteArray();
  }

  private static void put(ZipOutputStream zip, String name, byte[] content, boolean packed)
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
}
