package dev.d2v.tensor.parallel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Native memory for what a kernel needs between its loops: packed panels, a block of scores. Each
/// thread of a [RowParallel] has its own segments, 64-byte aligned, which only grow, so that a step
/// allocates nothing once every shape has been seen. It belongs to the backend and is closed with
/// it.
///
/// Content lasts no longer than one kernel call; kernels share the slots.
public final class Scratch implements AutoCloseable {
  /// Segments a thread can hold at once.
  public static final int SLOTS = 8;

  private static final long ALIGNMENT = 64;

  private final Owner[] owners;

  /// For threads [0, threads).
  public Scratch(int threads) {
    owners = new Owner[threads];
    for (int i = 0; i < threads; i++) {
      owners[i] = new Owner();
    }
  }

  /// At least `bytes` bytes of undefined content. Asking again for the same slot with more bytes
  /// ends the life of the segment that was given before.
  ///
  /// Inside a [RowParallel.Body] only that body's `thread` may be asked for. Outside of one the
  /// caller may ask for thread 0 and let all bodies use the segment, in a slot that they don't ask
  /// for themselves.
  ///
  /// @param slot in [0, SLOTS)
  public MemorySegment segment(int thread, int slot, long bytes) {
    return owners[thread].segment(slot, bytes);
  }

  @Override
  public void close() {
    for (Owner owner : owners) {
      owner.close();
    }
  }

  private static final class Owner {
    private final @Nullable Arena[] arenas = new Arena[SLOTS];
    private final @Nullable MemorySegment[] segments = new MemorySegment[SLOTS];

    MemorySegment segment(int slot, long bytes) {
      MemorySegment segment = segments[slot];
      return segment != null && segment.byteSize() >= bytes ? segment : grow(slot, bytes);
    }

    private MemorySegment grow(int slot, long bytes) {
      release(slot);
      // shared: the pool's thread opens it, the backend's owner closes it
      Arena arena = Arena.ofShared();
      arenas[slot] = arena;
      MemorySegment segment = arena.allocate(Math.max(bytes, ALIGNMENT), ALIGNMENT);
      segments[slot] = segment;
      return segment;
    }

    private void release(int slot) {
      Arena arena = arenas[slot];
      if (arena != null) {
        arena.close();
        arenas[slot] = null;
        segments[slot] = null;
      }
    }

    void close() {
      for (int slot = 0; slot < SLOTS; slot++) {
        release(slot);
      }
    }
  }
}
