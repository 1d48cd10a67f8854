package dev.d2v.benchmarks.peers;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;

/// Native arrays of one case that begin at multiples of 64 bytes, as d2v's do.
final class NativeFloats implements AutoCloseable {
  private static final int ALIGNMENT = 64;

  private final List<FloatPointer> blocks = new ArrayList<>();

  /// A copy of these numbers.
  FloatPointer of(float[] values) {
    FloatPointer block = new FloatPointer(values.length + ALIGNMENT / Float.BYTES);
    blocks.add(block);
    long offset = Math.floorMod(-block.address(), (long) ALIGNMENT) / Float.BYTES;
    FloatPointer aligned = block.getPointer(offset);
    aligned.put(values);
    return aligned;
  }

  @Override
  public void close() {
    blocks.forEach(FloatPointer::close);
    blocks.clear();
  }
}
