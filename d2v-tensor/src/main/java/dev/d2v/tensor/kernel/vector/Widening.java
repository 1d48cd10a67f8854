package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.V;
import static dev.d2v.tensor.kernel.vector.Lanes.F;
import static dev.d2v.tensor.kernel.vector.Lanes.I;
import static dev.d2v.tensor.kernel.vector.Lanes.ORDER;
import static dev.d2v.tensor.kernel.vector.Native.ALL;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// A vector of floats from as many smaller numbers in memory.
final class Widening {
  /// Whether there is a vector of so few bytes: not of four.
  static final boolean HAS_BYTES = V >= 8;

  /// As many BF16 numbers as a vector has floats.
  static final VectorSpecies<Short> S =
      VectorSpecies.of(short.class, VectorShape.forBitSize(16 * V));

  /// As many bytes, where there is such a vector.
  static final VectorSpecies<Byte> B =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(HAS_BYTES ? 8 * V : 64));

  private Widening() {}

  /// BF16 numbers.
  static FloatVector halves(long at) {
    ShortVector x = ShortVector.fromMemorySegment(S, ALL, at, ORDER);
    IntVector bits = (IntVector) x.convertShape(VectorOperators.S2I, I, 0);
    return bits.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
  }

  /// Signed bytes; only where there are vectors of them.
  static FloatVector bytes(long at) {
    ByteVector x = ByteVector.fromMemorySegment(B, ALL, at, ORDER);
    return (FloatVector) x.convertShape(VectorOperators.B2F, F, 0);
  }
}
