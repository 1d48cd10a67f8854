/// JMH benchmarks, one class a kernel family.
module dev.d2v.benchmarks {
  requires dev.d2v.model;
}
