/// What features are worth: linear probe, nearest neighbours, projections, on plain arrays. Start
/// at [Features], then [LogisticRegression].
@NullMarked
package dev.d2v.data.eval;

import org.jspecify.annotations.NullMarked;
