/// Tensors, memory, kernels and backends of d2v. Needs the Vector API and nothing else.
module dev.d2v.tensor {
  requires jdk.incubator.vector;
  requires static transitive org.jspecify;

  exports dev.d2v.tensor;
  exports dev.d2v.tensor.io;
  exports dev.d2v.tensor.kernel;
  exports dev.d2v.tensor.kernel.scalar;
  exports dev.d2v.tensor.kernel.vector;
  exports dev.d2v.tensor.parallel;
  exports dev.d2v.tensor.plan;
  exports dev.d2v.tensor.random;
  exports dev.d2v.tensor.spi;

  uses dev.d2v.tensor.spi.BackendProvider;
}
