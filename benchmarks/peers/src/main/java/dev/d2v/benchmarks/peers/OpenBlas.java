package dev.d2v.benchmarks.peers;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.blas_set_num_threads;
import static org.bytedeco.openblas.global.openblas_nolapack.cblas_sgemm;

import dev.d2v.benchmarks.compare.Worker;
import java.io.IOException;

/// OpenBLAS.
public final class OpenBlas {
  private OpenBlas() {}

  /// Serves; the argument is the number of threads.
  public static void main(String[] args) throws IOException {
    int threads = Integer.parseInt(args[0]);
    blas_set_num_threads(threads);
    Worker.serve(
        new BlasEngine(
            "OpenBLAS 0.3.31, " + threads + " threads",
            (transposeA, transposeB, m, n, k, a, b, beta, c) ->
                cblas_sgemm(
                    CblasRowMajor,
                    transposeA ? CblasTrans : CblasNoTrans,
                    transposeB ? CblasTrans : CblasNoTrans,
                    m,
                    n,
                    k,
                    1,
                    a,
                    transposeA ? m : k,
                    b,
                    transposeB ? k : n,
                    beta,
                    c,
                    n)));
  }
}
