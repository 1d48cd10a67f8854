package dev.d2v.benchmarks.peers;

import dev.d2v.benchmarks.compare.Case;
import dev.d2v.benchmarks.compare.Operation;
import dev.d2v.benchmarks.compare.Worker;
import io.github.jbellis.jvector.vector.VectorUtil;
import io.github.jbellis.jvector.vector.VectorizationProvider;
import io.github.jbellis.jvector.vector.types.VectorFloat;
import io.github.jbellis.jvector.vector.types.VectorTypeSupport;
import java.io.IOException;
import java.util.Optional;

/// jvector has no products of matrices: a dot product for each element, as a search does.
public final class Jvector {
  private Jvector() {}

  /// Serves.
  public static void main(String[] args) throws IOException {
    VectorizationProvider provider = VectorizationProvider.getInstance();
    VectorTypeSupport types = provider.getVectorTypeSupport();
    Worker.serve(
        new ArrayEngine(
            "jvector 4.0.2, " + provider.getClass().getSimpleName() + ", one thread",
            z ->
                z.operation() == Operation.MATMUL_NT
                    ? Optional.of(new Product(z, types))
                    : Optional.empty()));
  }

  private static final class Product implements ArrayEngine.Product {
    private final VectorFloat<?>[] a;
    private final VectorFloat<?>[] b;
    private final float[] c;

    Product(Case z, VectorTypeSupport types) {
      a = rows(types, Products.a(z), z.dim(2));
      b = rows(types, Products.b(z), z.dim(2));
      c = new float[z.dim(0) * z.dim(1)];
    }

    private static VectorFloat<?>[] rows(VectorTypeSupport types, float[] values, int length) {
      VectorFloat<?>[] rows = new VectorFloat<?>[values.length / length];
      for (int i = 0; i < rows.length; i++) {
        float[] row = new float[length];
        System.arraycopy(values, i * length, row, 0, length);
        rows[i] = types.createFloatVector(row);
      }
      return rows;
    }

    @Override
    public void run() {
      for (int i = 0; i < a.length; i++) {
        for (int j = 0; j < b.length; j++) {
          c[i * b.length + j] = VectorUtil.dotProduct(a[i], b[j]);
        }
      }
    }

    @Override
    public float[] product() {
      return c;
    }
  }
}
