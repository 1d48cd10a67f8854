package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.V;

import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// Vectors of smaller numbers, as many as a vector has floats.
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
}
