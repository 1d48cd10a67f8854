/// What every backend's kernels must do, one contract a family, against double-precision oracles.
/// Start at [MatmulContract].
@NullMarked
package dev.d2v.testkit.contract;

import org.jspecify.annotations.NullMarked;
