package dev.d2v.nn.optim;

/// STUB.
public final class AdamW {
  private AdamW() {}
}
