package dev.d2v.nn.loss;

/// STUB.
public final class RegressionLoss {
  private RegressionLoss() {}
}
