/// One JMH class a kernel family, over the shapes that the models have; counters say how much
/// arithmetic and how many bytes were done a second. Start at [KernelBenchmark].
///
/// ```sh
/// mvn -pl benchmarks -am package -DskipTests
/// java -jar benchmarks/target/benchmarks.jar MatmulBenchmark -p threads=1
/// ```
///
/// Compare a number with [dev.d2v.tensor.kernel.vector.Ceiling] measured in the same minute, as
/// `./d2v bench kernels` does ([dev.d2v.benchmarks.compare]).
@NullMarked
package dev.d2v.benchmarks;

import org.jspecify.annotations.NullMarked;
