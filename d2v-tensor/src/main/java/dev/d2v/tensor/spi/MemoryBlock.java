package dev.d2v.tensor.spi;

import java.lang.foreign.MemorySegment;

/// One allocation of a backend, owned by whoever opened it and closed once.
public interface MemoryBlock extends AutoCloseable {
  /// Size in bytes.
  long bytes();

  /// A part of it: `length` bytes from `offset`; zero-length at the right address when the host
  /// can't read it.
  MemorySegment slice(long offset, long length);

  @Override
  void close();
}
