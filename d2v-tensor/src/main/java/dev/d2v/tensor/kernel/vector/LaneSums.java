package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.Lanes.F;
import static dev.d2v.tensor.kernel.vector.Lanes.ORDER;
import static dev.d2v.tensor.kernel.vector.Native.ALL;
import static dev.d2v.tensor.kernel.vector.Transpose.M1;
import static dev.d2v.tensor.kernel.vector.Transpose.M2;
import static dev.d2v.tensor.kernel.vector.Transpose.M4;
import static dev.d2v.tensor.kernel.vector.Transpose.M8;
import static dev.d2v.tensor.kernel.vector.Transpose.S1;
import static dev.d2v.tensor.kernel.vector.Transpose.S2;
import static dev.d2v.tensor.kernel.vector.Transpose.S4;
import static dev.d2v.tensor.kernel.vector.Transpose.S8;
import static jdk.incubator.vector.FloatVector.fromArray;

import jdk.incubator.vector.FloatVector;

/// The sums of the lanes of as many vectors as a vector has lanes, as one vector. Step h adds, for
/// every two vectors whose numbers differ in bit h alone, the lanes of either that differ in it,
/// and keeps both in one vector: half as many vectors are left, after the last step one.
final class LaneSums {
  private static final int V = F.length();

  private LaneSums() {}

  /// `c[i] = z[zt + i] + sum of the lanes of vector i`, c an address, the vectors one behind the
  /// other from `x[at]` on.
  static void store(long c, float[] x, int at, float[] z, int zt) {
    switch (V) {
      case 16 -> sums16(c, x, at, z, zt);
      case 8 -> sums8(c, x, at, z, zt);
      case 4 -> sums4(c, x, at, z, zt);
      default -> elements(c, x, at, z, zt);
    }
  }

  private static void elements(long c, float[] x, int at, float[] z, int zt) {
    for (int i = 0; i < V; i++) {
      float sum = 0;
      for (int lane = 0; lane < V; lane++) {
        sum += x[at + i * V + lane];
      }
      Native.set(c + 4L * i, sum + z[zt + i]);
    }
  }

  private static void sums16(long c, float[] x, int at, float[] z, int zt) {
    FloatVector r0 = fromArray(F, x, at);
    FloatVector r1 = fromArray(F, x, at + V);
    FloatVector r2 = fromArray(F, x, at + 2 * V);
    FloatVector r3 = fromArray(F, x, at + 3 * V);
    FloatVector r4 = fromArray(F, x, at + 4 * V);
    FloatVector r5 = fromArray(F, x, at + 5 * V);
    FloatVector r6 = fromArray(F, x, at + 6 * V);
    FloatVector r7 = fromArray(F, x, at + 7 * V);
    FloatVector r8 = fromArray(F, x, at + 8 * V);
    FloatVector r9 = fromArray(F, x, at + 9 * V);
    FloatVector r10 = fromArray(F, x, at + 10 * V);
    FloatVector r11 = fromArray(F, x, at + 11 * V);
    FloatVector r12 = fromArray(F, x, at + 12 * V);
    FloatVector r13 = fromArray(F, x, at + 13 * V);
    FloatVector r14 = fromArray(F, x, at + 14 * V);
    FloatVector r15 = fromArray(F, x, at + 15 * V);
    FloatVector a0 = r0.blend(r8, M8).add(r8.blend(r0, M8).rearrange(S8));
    FloatVector a1 = r1.blend(r9, M8).add(r9.blend(r1, M8).rearrange(S8));
    FloatVector a2 = r2.blend(r10, M8).add(r10.blend(r2, M8).rearrange(S8));
    FloatVector a3 = r3.blend(r11, M8).add(r11.blend(r3, M8).rearrange(S8));
    FloatVector a4 = r4.blend(r12, M8).add(r12.blend(r4, M8).rearrange(S8));
    FloatVector a5 = r5.blend(r13, M8).add(r13.blend(r5, M8).rearrange(S8));
    FloatVector a6 = r6.blend(r14, M8).add(r14.blend(r6, M8).rearrange(S8));
    FloatVector a7 = r7.blend(r15, M8).add(r15.blend(r7, M8).rearrange(S8));
    FloatVector b0 = a0.blend(a4, M4).add(a4.blend(a0, M4).rearrange(S4));
    FloatVector b1 = a1.blend(a5, M4).add(a5.blend(a1, M4).rearrange(S4));
    FloatVector b2 = a2.blend(a6, M4).add(a6.blend(a2, M4).rearrange(S4));
    FloatVector b3 = a3.blend(a7, M4).add(a7.blend(a3, M4).rearrange(S4));
    FloatVector c0 = b0.blend(b2, M2).add(b2.blend(b0, M2).rearrange(S2));
    FloatVector c1 = b1.blend(b3, M2).add(b3.blend(b1, M2).rearrange(S2));
    FloatVector d0 = c0.blend(c1, M1).add(c1.blend(c0, M1).rearrange(S1));
    d0.add(fromArray(F, z, zt)).intoMemorySegment(ALL, c, ORDER);
  }

  private static void sums8(long c, float[] x, int at, float[] z, int zt) {
    FloatVector r0 = fromArray(F, x, at);
    FloatVector r1 = fromArray(F, x, at + V);
    FloatVector r2 = fromArray(F, x, at + 2 * V);
    FloatVector r3 = fromArray(F, x, at + 3 * V);
    FloatVector r4 = fromArray(F, x, at + 4 * V);
    FloatVector r5 = fromArray(F, x, at + 5 * V);
    FloatVector r6 = fromArray(F, x, at + 6 * V);
    FloatVector r7 = fromArray(F, x, at + 7 * V);
    FloatVector a0 = r0.blend(r4, M4).add(r4.blend(r0, M4).rearrange(S4));
    FloatVector a1 = r1.blend(r5, M4).add(r5.blend(r1, M4).rearrange(S4));
    FloatVector a2 = r2.blend(r6, M4).add(r6.blend(r2, M4).rearrange(S4));
    FloatVector a3 = r3.blend(r7, M4).add(r7.blend(r3, M4).rearrange(S4));
    FloatVector b0 = a0.blend(a2, M2).add(a2.blend(a0, M2).rearrange(S2));
    FloatVector b1 = a1.blend(a3, M2).add(a3.blend(a1, M2).rearrange(S2));
    FloatVector c0 = b0.blend(b1, M1).add(b1.blend(b0, M1).rearrange(S1));
    c0.add(fromArray(F, z, zt)).intoMemorySegment(ALL, c, ORDER);
  }

  private static void sums4(long c, float[] x, int at, float[] z, int zt) {
    FloatVector r0 = fromArray(F, x, at);
    FloatVector r1 = fromArray(F, x, at + V);
    FloatVector r2 = fromArray(F, x, at + 2 * V);
    FloatVector r3 = fromArray(F, x, at + 3 * V);
    FloatVector a0 = r0.blend(r2, M2).add(r2.blend(r0, M2).rearrange(S2));
    FloatVector a1 = r1.blend(r3, M2).add(r3.blend(r1, M2).rearrange(S2));
    FloatVector b0 = a0.blend(a1, M1).add(a1.blend(a0, M1).rearrange(S1));
    b0.add(fromArray(F, z, zt)).intoMemorySegment(ALL, c, ORDER);
  }
}
