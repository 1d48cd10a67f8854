package dev.d2v.tensor.io;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/// The entries of a zip archive in memory, found by its central directory and checked: names that
/// stay within the archive, once each; data inside the file, before the directory, nowhere
/// overlapping; the local headers saying the same; sizes that a packed entry can really have.
final class ZipEntries {
  private static final int LOCAL = 0x04034b50;
  private static final int CENTRAL = 0x02014b50;
  private static final int END = 0x06054b50;
  private static final int END64 = 0x06064b50;
  private static final int LOCATOR64 = 0x07064b50;
  private static final int END_BYTES = 22;
  private static final int CENTRAL_BYTES = 46;
  private static final int LOCAL_BYTES = 30;
  private static final int MAX_COMMENT = 0xffff;
  private static final int MAX_ENTRIES = 1 << 18;
  private static final int MAX_NAME = 1024;

  // No packing by deflate is better than about 1032 to 1.
  private static final long BEST_RATIO = 1032;
  private static final long UNPACKED_ROOM = 1 << 20;
  private static final long PIECE = 1 << 26;

  private final MappedFile file;
  private final Map<String, Entry> entries;

  /// One entry.
  ///
  /// @param begin byte of the file at which its data begins
  /// @param packed bytes of it in the file
  /// @param size bytes of it unpacked; the same when it is stored
  record Entry(String name, boolean stored, long begin, long packed, long size, int crc) {}

  private ZipEntries(MappedFile file, Map<String, Entry> entries) {
    this.file = file;
    this.entries = entries;
  }

  Map<String, Entry> entries() {
    return entries;
  }

  /// An entry's bytes: the mapping itself when it is stored, else unpacked and checked.
  MemorySegment content(Entry entry) {
    MemorySegment data = file.bytes().asSlice(entry.begin, entry.packed);
    if (entry.stored) {
      return data;
    }
    if (entry.size > Integer.MAX_VALUE - 8) {
      throw wrong(entry.begin, "a packed entry that an array holds", entry.size + " bytes");
    }
    byte[] out = new byte[(int) entry.size];
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(data.asByteBuffer());
      int done = 0;
      while (done < out.length) {
        int count = inflater.inflate(out, done, out.length - done);
        if (count == 0) {
          throw wrong(entry.begin, entry.size + " bytes in '" + entry.name + "'", "" + done);
        }
        done += count;
      }
      if (inflater.inflate(new byte[1]) != 0 || !inflater.finished()) {
        throw wrong(entry.begin, entry.size + " bytes in '" + entry.name + "'", "more");
      }
    } catch (DataFormatException e) {
      FormatException bad =
          wrong(entry.begin + inflater.getBytesRead(), "packed data", "" + e.getMessage());
      bad.initCause(e);
      throw bad;
    } finally {
      inflater.end();
    }
    checkSum(entry, MemorySegment.ofArray(out));
    return MemorySegment.ofArray(out);
  }

  /// Fails unless an entry's bytes have the check sum that the archive gives.
  void checkSum(Entry entry, MemorySegment content) {
    CRC32 crc = new CRC32();
    // A buffer holds no more bytes than an int can count.
    for (long at = 0; at < content.byteSize(); at += PIECE) {
      crc.update(content.asSlice(at, Math.min(PIECE, content.byteSize() - at)).asByteBuffer());
    }
    if ((int) crc.getValue() != entry.crc) {
      throw wrong(
          entry.begin,
          "'%s' with check sum %08x".formatted(entry.name, entry.crc),
          "%08x".formatted(crc.getValue()));
    }
  }

  /// Fails unless all entries have the check sums that the archive gives; how many there are.
  int checkSums() {
    for (Entry entry : entries.values()) {
      MemorySegment content = content(entry);
      if (entry.stored) {
        checkSum(entry, content);
      }
    }
    return entries.size();
  }

  static ZipEntries read(MappedFile file) {
    return new Reader(file).read();
  }

  private FormatException wrong(long offset, String expected, String found) {
    return new FormatException(file.file(), offset, expected, found);
  }

  private static final class Reader {
    private final MappedFile file;
    private final MemorySegment bytes;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    Reader(MappedFile file) {
      this.file = file;
      this.bytes = file.bytes();
    }

    ZipEntries read() {
      long end = end();
      long count = unsigned16(end + 10);
      long length = unsigned32(end + 12);
      long begin = unsigned32(end + 16);
      long behind = end;
      if (end >= 20 && bytes.get(MappedFile.INT, end - 20) == LOCATOR64) {
        long end64 = bytes.get(MappedFile.LONG, end - 12);
        if (end64 < 0 || end64 > end - 20 - 56 || bytes.get(MappedFile.INT, end64) != END64) {
          throw wrong(end - 12, "the place of the zip64 end record", "" + end64);
        }
        count = bytes.get(MappedFile.LONG, end64 + 32);
        length = bytes.get(MappedFile.LONG, end64 + 40);
        begin = bytes.get(MappedFile.LONG, end64 + 48);
        behind = end64;
      }
      if (count < 0 || count > MAX_ENTRIES) {
        throw wrong(end, "at most " + MAX_ENTRIES + " entries", "" + count);
      }
      if (begin < 0 || length < CENTRAL_BYTES * count || begin > behind - length) {
        throw wrong(end, "a directory within the file", length + " bytes from byte " + begin);
      }
      long at = begin;
      for (long i = 0; i < count; i++) {
        at = entry(at, begin + length, begin);
      }
      checkOverlap(begin);
      return new ZipEntries(file, entries);
    }

    /// The end record: the last place that has its mark and a comment up to the end of the file.
    private long end() {
      long last = file.size() - END_BYTES;
      for (long at = last; at >= Math.max(0, last - MAX_COMMENT); at--) {
        if (bytes.get(MappedFile.INT, at) == END && unsigned16(at + 20) == last - at) {
          return at;
        }
      }
      throw wrong(Math.max(0, last), "the end record of a zip archive", "none: it may be cut off");
    }

    /// Adds the entry whose directory record is at `at`; the position behind the record.
    private long entry(long at, long limit, long directory) {
      if (limit - at < CENTRAL_BYTES || bytes.get(MappedFile.INT, at) != CENTRAL) {
        throw wrong(at, "a record of the archive's directory", "something else");
      }
      int flags = unsigned16(at + 8);
      int method = unsigned16(at + 10);
      long packed = unsigned32(at + 20);
      long size = unsigned32(at + 24);
      int nameLength = unsigned16(at + 28);
      int extraLength = unsigned16(at + 30);
      long next = at + CENTRAL_BYTES + nameLength + extraLength + unsigned16(at + 32);
      if (next > limit) {
        throw wrong(at, "a record within the directory", "one that ends at byte " + next);
      }
      String name = name(at + CENTRAL_BYTES, nameLength);
      long local = unsigned32(at + 42);
      Zip64 large = new Zip64(at + CENTRAL_BYTES + nameLength, extraLength);
      size = large.take(size);
      packed = large.take(packed);
      local = large.take(local);
      if ((flags & 1) != 0 || (method != 0 && method != 8)) {
        throw wrong(
            at, "'" + name + "' stored or deflated", "method " + method + ", flags " + flags);
      }
      if (local < 0
          || local > directory - LOCAL_BYTES
          || bytes.get(MappedFile.INT, local) != LOCAL) {
        throw wrong(at, "'" + name + "' to begin with a header before the directory", "" + local);
      }
      long begin = local + LOCAL_BYTES + unsigned16(local + 26) + unsigned16(local + 28);
      boolean same =
          unsigned16(local + 8) == method
              && unsigned16(local + 26) == nameLength
              && begin <= directory
              && bytes
                      .asSlice(local + LOCAL_BYTES, nameLength)
                      .mismatch(bytes.asSlice(at + CENTRAL_BYTES, nameLength))
                  == -1;
      if (!same) {
        throw wrong(local, "the name and method that the directory gives, " + name, "others");
      }
      boolean fits = packed >= 0 && packed <= directory - begin;
      boolean honest = method == 0 ? size == packed : size >= 0 && size / BEST_RATIO <= packed;
      if (!fits || !honest) {
        throw wrong(
            at,
            "sizes of '" + name + "' that fit the file",
            packed + " packed, " + size + " unpacked");
      }
      int crc = bytes.get(MappedFile.INT, at + 16);
      if (entries.put(name, new Entry(name, method == 0, begin, packed, size, crc)) != null) {
        throw wrong(at, "each name once", "a second '" + name + "'");
      }
      return next;
    }

    private String name(long at, int length) {
      if (length == 0 || length > MAX_NAME) {
        throw wrong(at, "a name of 1 to " + MAX_NAME + " bytes", length + " bytes");
      }
      String name = new String(file.copy(at, length), StandardCharsets.UTF_8);
      boolean inside =
          !name.startsWith("/")
              && !name.contains("\\")
              && !name.contains("\0")
              && !name.matches("(?s).*(^|/)\\.\\.(/|$).*")
              && !name.matches("(?s)[A-Za-z]:.*");
      if (!inside) {
        throw wrong(at, "a name within the archive", "'" + name + "'");
      }
      return name;
    }

    private void checkOverlap(long directory) {
      List<Entry> sorted = new ArrayList<>(entries.values());
      sorted.sort(Comparator.comparingLong(Entry::begin));
      long unpacked = 0;
      for (int i = 0; i < sorted.size(); i++) {
        Entry entry = sorted.get(i);
        unpacked += entry.stored ? 0 : entry.size;
        long next = i + 1 < sorted.size() ? sorted.get(i + 1).begin - LOCAL_BYTES : directory;
        if (entry.begin + entry.packed > next) {
          throw wrong(entry.begin, "entries that do not overlap", "'" + entry.name + "' does");
        }
        if (unpacked > 2 * file.size() + UNPACKED_ROOM) {
          throw wrong(
              entry.begin,
              "entries that unpack to at most twice the file's size",
              unpacked + " bytes up to '" + entry.name + "'");
        }
      }
    }

    private int unsigned16(long at) {
      return bytes.get(MappedFile.SHORT, at) & 0xffff;
    }

    private long unsigned32(long at) {
      return bytes.get(MappedFile.INT, at) & 0xffffffffL;
    }

    private FormatException wrong(long offset, String expected, String found) {
      return new FormatException(file.file(), offset, expected, found);
    }

    /// The sizes of 64 bits behind a record, in the order of the fields that need them.
    private final class Zip64 {
      private long at = -1;
      private long end;

      Zip64(long extra, int length) {
        long limit = extra + length;
        for (long next = extra; next + 4 <= limit; next += 4 + unsigned16(next + 2)) {
          if (unsigned16(next) == 1) {
            at = next + 4;
            end = Math.min(limit, at + unsigned16(next + 2));
            return;
          }
        }
      }

      long take(long value) {
        if (value != 0xffffffffL || at < 0 || at + 8 > end) {
          return value;
        }
        at += 8;
        return bytes.get(MappedFile.LONG, at - 8);
      }
    }
  }
}
