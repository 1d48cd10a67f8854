/// One benchmark class a kernel family, over the shapes that the models have; the counter says how
/// much work was done a second. Start at [MatmulBenchmark].
///
/// ```sh
/// mvn -pl benchmarks -am package dependency:copy-dependencies -DoutputDirectory=target/lib
/// java --add-modules jdk.incubator.vector -cp 'benchmarks/target/classes:benchmarks/target/lib/*' \
///   org.openjdk.jmh.Main MatmulBenchmark -p threads=1
/// ```
///
/// Compare a number with [dev.d2v.tensor.kernel.vector.Ceiling] measured in the same minute.
@NullMarked
package dev.d2v.benchmarks;

import org.jspecify.annotations.NullMarked;
