/// JMH benchmarks, one class a kernel family.
module dev.d2v.benchmarks {
  requires transitive dev.d2v.tensor;
  requires jmh.core;
  requires static org.jspecify;

  // JMH creates the benchmarks and their states by reflection
  exports dev.d2v.benchmarks;
}
