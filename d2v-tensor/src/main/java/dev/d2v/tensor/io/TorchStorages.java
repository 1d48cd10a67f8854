package dev.d2v.tensor.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Where the numbers of a PyTorch file lie: one place a storage key.
sealed interface TorchStorages {
  /// Fails unless the file has so many bytes under a key; allocates nothing.
  void check(String key, long bytes);

  /// Where a storage begins in the file.
  long begin(String key);

  /// A storage's bytes.
  MemorySegment bytes(String key);

  /// A file and the value in it.
  ///
  /// @param root the pickled value
  /// @param objects how many values it was made of
  /// @param storages the numbers of its tensors
  record Content(@Nullable Object root, int objects, TorchStorages storages) {}

  /// Entries `NAME/data/KEY` of an archive.
  record Archive(MappedFile file, ZipEntries zip, String folder) implements TorchStorages {
    /// Reads the pickle of an archive.
    static Content open(MappedFile file) {
      ZipEntries zip = ZipEntries.read(file);
      List<String> pickles =
          zip.entries().keySet().stream().filter(n -> n.matches("[^/]*/data\\.pkl")).toList();
      if (pickles.size() != 1) {
        throw new FormatException(
            file.file(), 0, "an archive with one NAME/data.pkl", pickles.size() + " of them");
      }
      String name = pickles.getFirst();
      String folder = name.substring(0, name.length() - "data.pkl".length());
      ZipEntries.Entry order = zip.entries().get(folder + "byteorder");
      if (order != null && order.size() < 16) {
        byte[] text = zip.content(order).toArray(ValueLayout.JAVA_BYTE);
        if (!new String(text, StandardCharsets.US_ASCII).strip().equals("little")) {
          throw new FormatException(file.file(), order.begin(), "byte order little", "another");
        }
      }
      ZipEntries.Entry pickle = zip.entries().get(name);
      if (pickle == null) {
        throw new IllegalStateException(name);
      }
      MemorySegment content = zip.content(pickle);
      if (pickle.stored()) {
        zip.checkSum(pickle, content);
      }
      PickleInput in = new PickleInput(file.file(), content, 0, content.byteSize(), pickle.begin());
      PickleReader.Result read = PickleReader.read(in);
      return new Content(read.value(), read.objects(), new Archive(file, zip, folder));
    }

    @Override
    public void check(String key, long bytes) {
      ZipEntries.Entry entry = entry(key);
      if (bytes > entry.size()) {
        throw new FormatException(
            file.file(), entry.begin(), bytes + " bytes in storage " + key, "" + entry.size());
      }
    }

    @Override
    public long begin(String key) {
      return entry(key).begin();
    }

    @Override
    public MemorySegment bytes(String key) {
      return zip.content(entry(key));
    }

    private ZipEntries.Entry entry(String key) {
      ZipEntries.Entry entry = zip.entries().get(folder + "data/" + key);
      if (entry == null) {
        throw new FormatException(file.file(), 0, "an entry " + folder + "data/" + key, "none");
      }
      return entry;
    }
  }

  /// Storages one behind the other at the end of the file, each after its number of elements.
  record Sequence(MappedFile file, Map<String, Long> begins, Map<String, Long> counts)
      implements TorchStorages {
    private static final long PROTOCOL = 1001;

    /// What a file of this form begins with, as a pickled number.
    static final byte[] MAGIC = {
      (byte) 0x80,
      2,
      (byte) 0x8a,
      10,
      0x6c,
      (byte) 0xfc,
      (byte) 0x9c,
      0x46,
      (byte) 0xf9,
      0x20,
      0x6a,
      (byte) 0xa8,
      0x50,
      0x19,
      '.'
    };

    /// Reads a file of five pickles and its storages.
    static Content open(MappedFile file) {
      PickleInput in = new PickleInput(file.file(), file.bytes(), MAGIC.length, file.size(), 0);
      Object protocol = PickleReader.read(in).value();
      if (!Long.valueOf(PROTOCOL).equals(protocol)) {
        throw in.wrong("protocol " + PROTOCOL, protocol instanceof Long n ? "" + n : "another");
      }
      Object system = PickleReader.read(in).value();
      if (!(system instanceof Map<?, ?> map) || !Boolean.TRUE.equals(map.get("little_endian"))) {
        throw in.wrong("numbers in little-endian order", "another order");
      }
      PickleReader.Result read = PickleReader.read(in);
      if (!(PickleReader.read(in).value() instanceof List<?> keys)) {
        throw in.wrong("the list of storage keys", "another value");
      }
      return new Content(read.value(), read.objects(), storages(file, in, keys, read.sizes()));
    }

    private static Sequence storages(
        MappedFile file, PickleInput in, List<?> keys, Map<String, Integer> elementBytes) {
      Map<String, Long> begins = new HashMap<>();
      Map<String, Long> counts = new HashMap<>();
      long at = in.position();
      for (Object value : keys) {
        Integer bytes = value instanceof String s ? elementBytes.get(s) : null;
        if (!(value instanceof String key) || bytes == null || begins.containsKey(key)) {
          throw in.wrong("each storage that a tensor uses, once", "another key");
        }
        if (file.size() - at < 8) {
          throw new FormatException(
              file.file(), at, "the size of storage " + key, "the file's end");
        }
        long count = file.bytes().get(MappedFile.LONG, at);
        at += 8;
        if (count < 0 || count > (file.size() - at) / bytes) {
          throw new FormatException(
              file.file(),
              at - 8,
              "storage %s of at most %d elements, what the file has left"
                  .formatted(key, (file.size() - at) / bytes),
              "" + count);
        }
        begins.put(key, at);
        counts.put(key, count * bytes);
        at += count * bytes;
      }
      if (at != file.size()) {
        throw new FormatException(
            file.file(), at, "the end of the file", (file.size() - at) + " bytes more");
      }
      return new Sequence(file, begins, counts);
    }

    @Override
    public void check(String key, long bytes) {
      Long size = counts.get(key);
      if (size == null || bytes > size) {
        throw new FormatException(
            file.file(), 0, bytes + " bytes in storage " + key, size == null ? "none" : "" + size);
      }
    }

    @Override
    public long begin(String key) {
      return begins.getOrDefault(key, 0L);
    }

    @Override
    public MemorySegment bytes(String key) {
      return file.bytes().asSlice(begin(key), counts.getOrDefault(key, 0L));
    }
  }
}
