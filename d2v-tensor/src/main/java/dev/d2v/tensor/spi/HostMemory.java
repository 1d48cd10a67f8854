package dev.d2v.tensor.spi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.Optional;

/// Zeroed native memory. On Linux, large blocks are mapped and advised to lie in huge pages (2
/// MiB): a step walks through hundreds of megabytes, and with small pages the processor spends much
/// of its time in looking up where they are. Elsewhere, or when the system refuses, it is the
/// arena's own.
final class HostMemory {
  private static final long HUGE_PAGE = 2L << 20;
  private static final int READ_AND_WRITE = 3; // PROT_READ | PROT_WRITE
  private static final int PRIVATE_AND_ANONYMOUS = 0x22; // MAP_PRIVATE | MAP_ANONYMOUS
  private static final int HUGE = 14; // MADV_HUGEPAGE

  private HostMemory() {}

  /// So many bytes, at least 64-byte aligned, given back when the arena is closed.
  static MemorySegment allocate(Arena arena, long bytes) {
    Optional<MemorySegment> mapped = Optional.empty();
    if (bytes >= 2 * HUGE_PAGE && linux()) {
      mapped = map(arena, bytes);
    }
    return mapped.orElseGet(() -> arena.allocate(Math.max(bytes, 64), 64));
  }

  private static boolean linux() {
    return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).equals("linux");
  }

  /// One huge page more than asked for, so that the block can begin at one.
  private static Optional<MemorySegment> map(Arena arena, long bytes) {
    Calls calls = Calls.INSTANCE;
    long length = (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE + HUGE_PAGE;
    long start = calls.map(length);
    if (start == -1) {
      return Optional.empty();
    }
    long aligned = (start + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    // a refusal only means small pages
    calls.advise(aligned, length - HUGE_PAGE);
    MemorySegment block =
        MemorySegment.ofAddress(aligned).reinterpret(bytes, arena, _ -> calls.unmap(start, length));
    return Optional.of(block);
  }

  /// Three functions of the C library.
  private record Calls(MethodHandle mmap, MethodHandle madvise, MethodHandle munmap) {
    static final Calls INSTANCE = bind();

    private static Calls bind() {
      Linker linker = Linker.nativeLinker();
      SymbolLookup library = linker.defaultLookup();
      return new Calls(
          linker.downcallHandle(
              library.findOrThrow("mmap"),
              FunctionDescriptor.of(
                  JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG)),
          linker.downcallHandle(
              library.findOrThrow("madvise"),
              FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT)),
          linker.downcallHandle(
              library.findOrThrow("munmap"),
              FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG)));
    }

    /// Where the mapping starts, or -1.
    long map(long length) {
      try {
        return (long)
            mmap.invokeExact(
                MemorySegment.NULL, length, READ_AND_WRITE, PRIVATE_AND_ANONYMOUS, -1, 0L);
      } catch (Throwable e) {
        throw failed("mmap", e);
      }
    }

    void advise(long start, long length) {
      try {
        int _ = (int) madvise.invokeExact(start, length, HUGE);
      } catch (Throwable e) {
        throw failed("madvise", e);
      }
    }

    void unmap(long start, long length) {
      try {
        int _ = (int) munmap.invokeExact(start, length);
      } catch (Throwable e) {
        throw failed("munmap", e);
      }
    }

    private static IllegalStateException failed(String function, Throwable e) {
      return new IllegalStateException("calling " + function + " failed", e);
    }
  }
}
