package dev.d2v.cli.job;

import dev.d2v.data.eval.FeatureSpread;
import dev.d2v.data.eval.Features;
import dev.d2v.model.train.FeatureReader;
import java.util.Arrays;

/// Watches what the student makes of the same few held-out images all through a run: the spread of
/// their pooled features. The losses cannot show it: a teacher that sees samples alike asks for
/// targets that are easy to predict.
final class FeatureMonitor {
  private final FeatureReader reader;
  private final float[] pixels;
  private final int count;

  /// Over the first images that a reader takes at once.
  FeatureMonitor(FeatureReader reader, RunData.Images heldOut) {
    this.reader = reader;
    this.count = Math.min(FeatureReader.BATCH, heldOut.count());
    int each = heldOut.pixels().length / Math.max(1, heldOut.count());
    this.pixels = Arrays.copyOf(heldOut.pixels(), count * each);
  }

  /// The spread now, as [FeatureSpread].
  double spread() {
    return FeatureSpread.of(Features.of(reader.read(pixels, count)));
  }
}
