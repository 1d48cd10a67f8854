package dev.d2v.tensor.kernel.vector;

import static dev.d2v.tensor.kernel.vector.GemmTile.V;
import static dev.d2v.tensor.kernel.vector.Lanes.F;
import static dev.d2v.tensor.kernel.vector.Native.store;
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

/// The sums of the lanes of as many vectors as a vector has lanes, in a vector. Step h adds, of
/// every two vectors whose numbers differ in bit h alone, the halves where the bits h of lane and
/// number agree: as in [Transpose], with half of the vectors left after each step.
final class LaneSums {
  private LaneSums() {}

  /// `to(i) = sum over j of from(i,j)`, (V) by address and (V,V) from `at` on.
  static void of(long to, float[] from, int at) {
    if (V == 16) {
      of16(to, from, at);
      return;
    }
    for (int i = 0; i < V; i++) {
      float sum = 0;
      for (int j = 0; j < V; j++) {
        sum += from[at + V * i + j];
      }
      Native.set(to + 4L * i, sum);
    }
  }

  private static void of16(long to, float[] from, int at) {
    FloatVector r0 = fromArray(F, from, at);
    FloatVector r1 = fromArray(F, from, at + V);
    FloatVector r2 = fromArray(F, from, at + 2 * V);
    FloatVector r3 = fromArray(F, from, at + 3 * V);
    FloatVector r4 = fromArray(F, from, at + 4 * V);
    FloatVector r5 = fromArray(F, from, at + 5 * V);
    FloatVector r6 = fromArray(F, from, at + 6 * V);
    FloatVector r7 = fromArray(F, from, at + 7 * V);
    FloatVector r8 = fromArray(F, from, at + 8 * V);
    FloatVector r9 = fromArray(F, from, at + 9 * V);
    FloatVector r10 = fromArray(F, from, at + 10 * V);
    FloatVector r11 = fromArray(F, from, at + 11 * V);
    FloatVector r12 = fromArray(F, from, at + 12 * V);
    FloatVector r13 = fromArray(F, from, at + 13 * V);
    FloatVector r14 = fromArray(F, from, at + 14 * V);
    FloatVector r15 = fromArray(F, from, at + 15 * V);
    FloatVector a0 = r0.blend(r8.rearrange(S8), M8).add(r0.rearrange(S8).blend(r8, M8));
    FloatVector a1 = r1.blend(r9.rearrange(S8), M8).add(r1.rearrange(S8).blend(r9, M8));
    FloatVector a2 = r2.blend(r10.rearrange(S8), M8).add(r2.rearrange(S8).blend(r10, M8));
    FloatVector a3 = r3.blend(r11.rearrange(S8), M8).add(r3.rearrange(S8).blend(r11, M8));
    FloatVector a4 = r4.blend(r12.rearrange(S8), M8).add(r4.rearrange(S8).blend(r12, M8));
    FloatVector a5 = r5.blend(r13.rearrange(S8), M8).add(r5.rearrange(S8).blend(r13, M8));
    FloatVector a6 = r6.blend(r14.rearrange(S8), M8).add(r6.rearrange(S8).blend(r14, M8));
    FloatVector a7 = r7.blend(r15.rearrange(S8), M8).add(r7.rearrange(S8).blend(r15, M8));
    FloatVector b0 = a0.blend(a4.rearrange(S4), M4).add(a0.rearrange(S4).blend(a4, M4));
    FloatVector b1 = a1.blend(a5.rearrange(S4), M4).add(a1.rearrange(S4).blend(a5, M4));
    FloatVector b2 = a2.blend(a6.rearrange(S4), M4).add(a2.rearrange(S4).blend(a6, M4));
    FloatVector b3 = a3.blend(a7.rearrange(S4), M4).add(a3.rearrange(S4).blend(a7, M4));
    FloatVector c0 = b0.blend(b2.rearrange(S2), M2).add(b0.rearrange(S2).blend(b2, M2));
    FloatVector c1 = b1.blend(b3.rearrange(S2), M2).add(b1.rearrange(S2).blend(b3, M2));
    store(c0.blend(c1.rearrange(S1), M1).add(c0.rearrange(S1).blend(c1, M1)), to);
  }
}
