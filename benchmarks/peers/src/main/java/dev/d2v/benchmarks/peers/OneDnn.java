package dev.d2v.benchmarks.peers;

import static org.bytedeco.dnnl.global.dnnl.dnnl_sgemm;
import static org.bytedeco.dnnl.global.dnnl.dnnl_success;

import dev.d2v.benchmarks.compare.Worker;
import java.io.IOException;
import org.bytedeco.javacpp.FloatPointer;

/// oneDNN.
public final class OneDnn {
  private OneDnn() {}

  /// Serves; the argument is the number of threads, which the environment has told the library.
  public static void main(String[] args) throws IOException {
    Worker.serve(new BlasEngine("oneDNN 3.11, " + args[0] + " threads", OneDnn::sgemm));
  }

  private static void sgemm(
      boolean transposeA,
      boolean transposeB,
      int m,
      int n,
      int k,
      FloatPointer a,
      FloatPointer b,
      float beta,
      FloatPointer c) {
    int status =
        dnnl_sgemm(
            (byte) (transposeA ? 'T' : 'N'),
            (byte) (transposeB ? 'T' : 'N'),
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
            n);
    if (status != dnnl_success) {
      throw new IllegalStateException("dnnl_sgemm failed with status " + status);
    }
  }
}
