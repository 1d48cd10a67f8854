package dev.d2v.tensor.io;

import dev.d2v.tensor.DType;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.Backend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Writes safetensors files: the same arguments give the same bytes.
final class SafetensorsWriter {
  private static final int CHUNK = 1 << 18;
  private static final int LINE = 64;

  private SafetensorsWriter() {}

  static void write(Path path, Map<String, String> metadata, List<Safetensors.Item> items)
      throws IOException {
    byte[] header = header(metadata, items);
    ReplacedFile.write(
        path,
        channel -> {
          try (NumberSink sink = new NumberSink(channel)) {
            sink.put(header);
            for (Safetensors.Item item : items) {
              long before = sink.written();
              item.values().writeTo(sink);
              long got = sink.written() - before;
              long expected = item.shape().size() * item.type().bytes();
              if (got != expected) {
                throw new IllegalStateException(
                    "writing '%s' to %s: %s %s has %d bytes, its values gave %d"
                        .formatted(item.name(), path, item.type(), item.shape(), expected, got));
              }
            }
            sink.flush();
          }
        });
  }

  /// Puts a tensor's content, downloaded in pieces.
  static void put(NumberSink sink, Tensor tensor, Backend backend) throws IOException {
    int size = tensor.shape().intSize();
    Tensor flat = tensor.reshape(size);
    for (int from = 0; from < size; from += CHUNK) {
      Tensor piece = flat.slice(from, Math.min(size, from + CHUNK));
      int count = piece.shape().intSize();
      switch (tensor.type()) {
        case F32 -> sink.put(backend.floats(piece), 0, count);
        case I32 -> sink.put(backend.ints(piece), 0, count);
        case BF16 -> {
          short[] host = new short[count];
          backend.download(host, piece);
          sink.put(host, 0, count);
        }
        case I8 -> {
          byte[] host = new byte[count];
          backend.download(host, piece);
          sink.put(host);
        }
        case F16 -> throw new IllegalArgumentException("safetensors: F16 is not written");
      }
    }
  }

  private static byte[] header(Map<String, String> metadata, List<Safetensors.Item> items) {
    StringBuilder json = new StringBuilder("{");
    if (!metadata.isEmpty()) {
      quote(json, SafetensorsHeader.METADATA).append(":{");
      // Sorted, because the order of a map may differ from run to run.
      new TreeMap<>(metadata)
          .forEach((key, value) -> quote(quote(json, key).append(':'), value).append(','));
      json.setCharAt(json.length() - 1, '}');
      json.append(',');
    }
    Set<String> names = new HashSet<>();
    long begin = 0;
    for (Safetensors.Item item : items) {
      check(names.add(item.name()), "two tensors are named '" + item.name() + "'");
      check(
          !item.name().equals(SafetensorsHeader.METADATA),
          "a tensor's name is taken: " + item.name());
      check(
          item.type() != DType.F16,
          "'" + item.name() + "' must be F32, BF16, I32 or I8, got " + item.type());
      long bytes = Math.multiplyExact(item.shape().size(), (long) item.type().bytes());
      long end = Math.addExact(begin, bytes);
      quote(json, item.name())
          .append(":{\"dtype\":\"")
          .append(item.type())
          .append("\",\"shape\":")
          .append(Arrays.toString(item.shape().toArray()).replace(" ", ""))
          .append(",\"data_offsets\":[")
          .append(begin)
          .append(',')
          .append(end)
          .append("]},");
      begin = end;
    }
    if (json.length() > 1) {
      json.setLength(json.length() - 1);
    }
    byte[] text = json.append('}').toString().getBytes(StandardCharsets.UTF_8);
    // Spaces up to a line of the caches, so that kernels can read the data of a mapped file.
    int length = (text.length + 8 + LINE - 1) / LINE * LINE - 8;
    check(
        length <= SafetensorsHeader.MAX_BYTES,
        "the header takes " + length + " bytes, the format allows " + SafetensorsHeader.MAX_BYTES);
    ByteBuffer bytes = ByteBuffer.allocate(8 + length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(length).put(text);
    while (bytes.hasRemaining()) {
      bytes.put((byte) ' ');
    }
    return bytes.array();
  }

  private static void check(boolean condition, String sentence) {
    if (!condition) {
      throw new IllegalArgumentException("safetensors: " + sentence);
    }
  }

  private static StringBuilder quote(StringBuilder json, String text) {
    json.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < 0x20) {
        json.append("\\u%04x".formatted((int) c));
      } else {
        json.append(c);
      }
    }
    return json.append('"');
  }
}
