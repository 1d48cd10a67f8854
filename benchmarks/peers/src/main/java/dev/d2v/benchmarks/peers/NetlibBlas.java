package dev.d2v.benchmarks.peers;

import dev.d2v.benchmarks.compare.Case;
import dev.d2v.benchmarks.compare.Operation;
import dev.d2v.benchmarks.compare.Worker;
import dev.ludovic.netlib.blas.BLAS;
import dev.ludovic.netlib.blas.JavaBLAS;
import java.io.IOException;
import java.util.Optional;

/// netlib's BLAS in Java with the Vector API. It has one thread.
public final class NetlibBlas {
  private NetlibBlas() {}

  /// Serves.
  public static void main(String[] args) throws IOException {
    BLAS blas = JavaBLAS.getInstance();
    Worker.serve(
        new ArrayEngine(
            "netlib 3.2.0, " + blas.getClass().getSimpleName(),
            z -> Products.isProduct(z) ? Optional.of(new Product(z, blas)) : Optional.empty()));
  }

  /// Row-major products through a column-major library: `c^T = b^T a^T`.
  private static final class Product implements ArrayEngine.Product {
    private final Case z;
    private final BLAS blas;
    private final float[] a;
    private final float[] b;
    private final float[] c;

    Product(Case z, BLAS blas) {
      this.z = z;
      this.blas = blas;
      a = Products.a(z);
      b = Products.b(z);
      c = Products.c(z);
    }

    @Override
    public void run() {
      int m = z.dim(0);
      int n = z.dim(1);
      int k = z.dim(2);
      boolean tn = z.operation() == Operation.MATMUL_TN;
      boolean nt = z.operation() == Operation.MATMUL_NT;
      blas.sgemm(
          nt ? "T" : "N",
          tn ? "T" : "N",
          n,
          m,
          k,
          1,
          b,
          nt ? k : n,
          a,
          tn ? m : k,
          tn ? 1 : 0,
          c,
          n);
    }

    @Override
    public float[] product() {
      return c;
    }
  }
}
