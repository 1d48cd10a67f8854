package dev.d2v.tensor.spi;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.Kernels;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

/// Where tensors live and kernels run. [#upload], [#download] and [#synchronize] are the only
/// crossings between host and device. A backend owns its threads; it is closed once by whoever
/// opened it.
public interface Backend extends AutoCloseable {
  /// Its name: `cpu`, `plan`, `cuda`.
  String name();

  /// One line on what was chosen: kernels, vector width, threads or device.
  String description();

  /// The vocabulary.
  Kernels kernels();

  /// An uninitialised block of so many bytes, 64-byte aligned. Fails with the number when there is
  /// no room.
  MemoryBlock allocate(long bytes);

  /// Whether a fresh block is all zero bytes.
  default boolean zeroed() {
    return false;
  }

  /// Whether several threads may upload at once, each to tensors of its own.
  default boolean sharesUploads() {
    return false;
  }

  /// Copies host bytes, native order, into a tensor of any type: from a mapped file, in one pass.
  ///
  /// @param source as many bytes as the tensor has
  void upload(Tensor target, MemorySegment source);

  /// Copies host numbers into an F32 tensor of the same size.
  void upload(Tensor target, float[] source);

  /// Copies host numbers into an I32 tensor of the same size.
  void upload(Tensor target, int[] source);

  /// Copies host numbers into an I8 tensor of the same size.
  void upload(Tensor target, byte[] source);

  /// Copies the bits of host numbers into a BF16 tensor of the same size.
  void upload(Tensor target, short[] source);

  /// Copies an F32 tensor to the host; waits for the kernels before it.
  void download(float[] target, Tensor source);

  /// Copies an I32 tensor to the host; waits for the kernels before it.
  void download(int[] target, Tensor source);

  /// Copies an I8 tensor to the host; waits for the kernels before it.
  void download(byte[] target, Tensor source);

  /// Copies the bits of a BF16 tensor to the host; waits for the kernels before it.
  void download(short[] target, Tensor source);

  /// Waits until everything asked for so far is done.
  void synchronize();

  /// The F32 content of a tensor as a new array.
  default float[] floats(Tensor source) {
    float[] host = new float[source.shape().intSize()];
    download(host, source);
    return host;
  }

  /// The I32 content of a tensor as a new array.
  default int[] ints(Tensor source) {
    int[] host = new int[source.shape().intSize()];
    download(host, source);
    return host;
  }

  @Override
  void close();

  /// The CPU backend with so many threads, and the kernels that `-Dd2v.vectorBits` asks for.
  static Backend cpu(int threads) {
    return CpuBackend.open(threads, CpuBackend.Option.fromProperties());
  }

  /// A backend by name, found with ServiceLoader. Fails with what each provider looked for when it
  /// is missing; nothing falls back silently.
  static Backend named(String name, int threads) {
    if (name.equals("cpu")) {
      return cpu(threads);
    }
    List<String> reasons = new ArrayList<>();
    for (BackendProvider provider : ServiceLoader.load(BackendProvider.class)) {
      if (provider.name().equals(name)) {
        if (provider.available()) {
          return provider.open(threads);
        }
        reasons.add(provider.status());
      }
    }
    throw new IllegalArgumentException(
        "backend '"
            + name
            + "' cannot be used: "
            + (reasons.isEmpty()
                ? "no module provides it; 'cpu' is always there"
                : String.join("; ", reasons)));
  }
}
