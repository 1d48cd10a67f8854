package dev.d2v.benchmarks.peers;

import dev.d2v.benchmarks.compare.Case;
import dev.d2v.benchmarks.compare.Operation;
import dev.d2v.benchmarks.compare.Worker;
import java.io.IOException;
import java.util.Optional;
import org.ejml.concurrency.EjmlConcurrency;
import org.ejml.data.FMatrixRMaj;
import org.ejml.dense.row.CommonOps_FDRM;
import org.ejml.dense.row.CommonOps_MT_FDRM;

/// EJML's dense products.
public final class Ejml {
  private Ejml() {}

  /// Serves; the argument is the number of threads.
  public static void main(String[] args) throws IOException {
    int threads = Integer.parseInt(args[0]);
    EjmlConcurrency.setMaxThreads(threads);
    Worker.serve(
        new ArrayEngine(
            "EJML 0.46.1, " + threads + " threads",
            z ->
                Products.isProduct(z)
                    ? Optional.of(new Product(z, threads > 1))
                    : Optional.empty()));
  }

  private static final class Product implements ArrayEngine.Product {
    private final Operation operation;
    private final boolean parallel;
    private final FMatrixRMaj a;
    private final FMatrixRMaj b;
    private final FMatrixRMaj c;

    Product(Case z, boolean parallel) {
      this.parallel = parallel;
      operation = z.operation();
      int m = z.dim(0);
      int n = z.dim(1);
      int k = z.dim(2);
      boolean tn = operation == Operation.MATMUL_TN;
      boolean nt = operation == Operation.MATMUL_NT;
      a = new FMatrixRMaj(tn ? k : m, tn ? m : k, true, Products.a(z));
      b = new FMatrixRMaj(nt ? n : k, nt ? k : n, true, Products.b(z));
      c = new FMatrixRMaj(m, n, true, Products.c(z));
    }

    @Override
    public void run() {
      if (parallel) {
        switch (operation) {
          case MATMUL_NN -> CommonOps_MT_FDRM.mult(a, b, c);
          case MATMUL_NT -> CommonOps_MT_FDRM.multTransB(a, b, c);
          default -> CommonOps_MT_FDRM.multAddTransA(a, b, c);
        }
      } else {
        switch (operation) {
          case MATMUL_NN -> CommonOps_FDRM.mult(a, b, c);
          case MATMUL_NT -> CommonOps_FDRM.multTransB(a, b, c);
          default -> CommonOps_FDRM.multAddTransA(a, b, c);
        }
      }
    }

    @Override
    public float[] product() {
      return c.data;
    }
  }
}
