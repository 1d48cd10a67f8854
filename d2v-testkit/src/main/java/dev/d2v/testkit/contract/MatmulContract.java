package dev.d2v.testkit.contract;

import dev.d2v.testkit.KernelContract;

/// STUB.
public abstract class MatmulContract extends KernelContract {
  /// For backends.
  protected MatmulContract() {}
}
