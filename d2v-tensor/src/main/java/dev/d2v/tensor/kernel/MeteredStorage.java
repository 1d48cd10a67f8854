package dev.d2v.tensor.kernel;

import static dev.d2v.tensor.kernel.MeteredKernels.bytes;

import dev.d2v.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// [StorageKernels], metered.
record MeteredStorage(StorageKernels to, Meter meter) implements StorageKernels {
  @Override
  public void storedNT(
      Tensor c,
      Tensor a,
      StoredMatrix w,
      @Nullable Tensor bias,
      @Nullable Tensor addend,
      int m,
      int n,
      int k) {
    meter.call(
        "storedNT",
        2L * m * n * k,
        bytes(c, a, bias, addend) + w.bytes(),
        () -> to.storedNT(c, a, w, bias, addend, m, n, k));
  }

  @Override
  public void storedNTGelu(Tensor y, Tensor a, StoredMatrix w, Tensor bias, int m, int n, int k) {
    meter.call(
        "storedNTGelu",
        2L * m * n * k,
        bytes(y, a, bias) + w.bytes(),
        () -> to.storedNTGelu(y, a, w, bias, m, n, k));
  }

  @Override
  public void storedRows(Tensor y, StoredMatrix w, Tensor index, int n, int C) {
    meter.call("storedRows", 0, 2 * bytes(y, index), () -> to.storedRows(y, w, index, n, C));
  }

  @Override
  public void widen(Tensor y, StoredMatrix w, int rows, int K) {
    meter.call("widen", 0, bytes(y) + w.bytes(), () -> to.widen(y, w, rows, K));
  }
}
