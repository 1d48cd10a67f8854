package dev.d2v.tensor.kernel.vector;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// The one vector width of this JVM: the preferred one, or what `-Dd2v.vectorBits=128|256|512`
/// forces.
final class Lanes {
  /// Float lanes.
  static final VectorSpecies<Float> F = species();

  /// Int lanes of the same number.
  static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, F.vectorShape());

  /// Byte order of all tensor memory.
  static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private Lanes() {}

  private static VectorSpecies<Float> species() {
    int bits = Integer.getInteger("d2v.vectorBits", -1);
    if (bits <= 0) {
      return FloatVector.SPECIES_PREFERRED;
    }
    if (bits != 128 && bits != 256 && bits != 512) {
      throw new IllegalArgumentException(
          "-Dd2v.vectorBits must be 0 (scalar kernels), 128, 256 or 512, got " + bits);
    }
    return VectorSpecies.of(float.class, VectorShape.forBitSize(bits));
  }
}
