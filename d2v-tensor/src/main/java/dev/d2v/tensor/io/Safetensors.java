package dev.d2v.tensor.io;

/// STUB.
public final class Safetensors {
  private Safetensors() {}
}
