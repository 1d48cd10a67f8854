/// What images, speech and text share and nobody else sees: the package is not exported. Start at
/// [Prefetcher] for batches made ahead, at [FileListing] for folders.
@NullMarked
package dev.d2v.data.common;

import org.jspecify.annotations.NullMarked;
