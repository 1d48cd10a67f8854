package dev.d2v.testkit;

import dev.d2v.tensor.spi.Backend;
import dev.d2v.tensor.spi.CpuBackend;
import dev.d2v.testkit.contract.StorageContract;

final class VectorStorageTest extends StorageContract {
  @Override
  protected Backend open(int threads) {
    return CpuBackend.open(threads, CpuBackend.Option.VECTOR);
  }
}
