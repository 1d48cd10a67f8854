package dev.d2v.tensor.spi;

/// Offers a backend that is not part of this module. It is asked only when its name is given, and a
/// missing one knows why.
public interface BackendProvider {
  /// The name under which users ask for it.
  String name();

  /// Whether it can be opened here.
  boolean available();

  /// What was looked for, where, and what went wrong; or the device found.
  String status();

  /// Opens it. Fails with [#status()] when it is not available.
  Backend open(int threads);
}
