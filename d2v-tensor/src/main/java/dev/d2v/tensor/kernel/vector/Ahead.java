package dev.d2v.tensor.kernel.vector;

/// What a tile asks the memory for on the side, a line in each of its steps, because the next tiles
/// will need it: there is no prefetch instruction to be had. Memory that will be read is read;
/// memory that will be written is set to zero, for a store waits in the background where the stores
/// of a whole tile would hold up the next products.
///
/// Each is a window of a power of two bytes, in which the steps go round.
final class Ahead {
  private static final int LINE = 64;

  private final long idle;

  /// Start of the window that is read, and its bytes less a line.
  long read;

  int readMask;

  /// Start of the window that is zeroed, and its bytes less a line.
  long write;

  int writeMask;

  /// What was read, so that reading has a purpose.
  int sink;

  /// @param idle address of a line of the thread's own, for when there is nothing to ask for
  Ahead(long idle) {
    this.idle = idle;
    nothing();
  }

  /// No windows.
  void nothing() {
    read = idle;
    readMask = 0;
    write = idle;
    writeMask = 0;
  }

  /// Reads window `i` of an area, if there is one, and tells how many there are; the last one ends
  /// with the area.
  ///
  /// @param bytes of a window, a power of two
  int read(long area, long size, int bytes, int i) {
    int count = count(size, bytes);
    if (i >= 0 && i < count) {
      read = area + Math.min((long) i * bytes, size - bytes);
      readMask = bytes - LINE;
    }
    return count;
  }

  /// Zeroes window `i`; otherwise as [#read].
  int write(long area, long size, int bytes, int i) {
    int count = count(size, bytes);
    if (i >= 0 && i < count) {
      write = area + Math.min((long) i * bytes, size - bytes);
      writeMask = bytes - LINE;
    }
    return count;
  }

  private static int count(long size, int bytes) {
    return size < bytes ? 0 : Math.toIntExact(Math.ceilDiv(size, bytes));
  }
}
