package dev.d2v.nn.layer;

/// STUB.
public final class Linear {
  private Linear() {}
}
