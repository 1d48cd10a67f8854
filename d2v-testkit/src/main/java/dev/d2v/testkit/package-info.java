/// Tools of the tests: guarded tensors, tolerances, oracles, house rules. Start at
/// [KernelContract].
@NullMarked
package dev.d2v.testkit;

import org.jspecify.annotations.NullMarked;
