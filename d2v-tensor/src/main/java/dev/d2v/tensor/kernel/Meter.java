package dev.d2v.tensor.kernel;

/// Sees every kernel call of a [MeteredKernels] vocabulary: counts it, times it, or both.
public interface Meter {
  /// One call. The body does the work; a meter that only plans does not run it.
  ///
  /// @param kernel the method's name
  /// @param flops multiplications and additions of the matrix products and convolutions in it; 0
  ///   for the memory-bound kernels, whose cost is their bytes
  /// @param bytes read and written, each tensor once
  void call(String kernel, long flops, long bytes, Runnable body);
}
