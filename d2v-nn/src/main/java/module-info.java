/// Layers with explicit forward and backward. Knows tensors and kernels, neither the Vector API nor
/// memory segments.
module dev.d2v.nn {
  requires transitive dev.d2v.tensor;
  requires static transitive org.jspecify;

  exports dev.d2v.nn;
  exports dev.d2v.nn.layer;
  exports dev.d2v.nn.loss;
  exports dev.d2v.nn.optim;
}
