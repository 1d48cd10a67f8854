package dev.d2v.benchmarks.peers;

import static org.bytedeco.mkl.global.mkl_rt.CblasNoTrans;
import static org.bytedeco.mkl.global.mkl_rt.CblasRowMajor;
import static org.bytedeco.mkl.global.mkl_rt.CblasTrans;
import static org.bytedeco.mkl.global.mkl_rt.MKL_Set_Num_Threads;
import static org.bytedeco.mkl.global.mkl_rt.cblas_sgemm;

import dev.d2v.benchmarks.compare.Worker;
import java.io.IOException;

/// Intel's Math Kernel Library.
public final class Mkl {
  private Mkl() {}

  /// Serves; the argument is the number of threads.
  public static void main(String[] args) throws IOException {
    int threads = Integer.parseInt(args[0]);
    MKL_Set_Num_Threads(threads);
    Worker.serve(
        new BlasEngine(
            "MKL 2025.3, " + threads + " threads",
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
