package dev.d2v.cli.job;

import dev.d2v.data.eval.FeatureSpread;
import dev.d2v.data.eval.Features;
import dev.d2v.model.train.FeatureReader;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Watches what the student makes of the same few held-out samples all through a run: the spread of
/// their pooled features. The losses cannot show it: a teacher that sees samples alike asks for
/// targets that are easy to predict.
final class FeatureMonitor {
  private final FeatureReader reader;
  private final Map<String, Examples> watched;

  /// Over a few held-out samples of each modality.
  FeatureMonitor(FeatureReader reader, List<Evaluation> evaluations) {
    this.reader = reader;
    this.watched =
        evaluations.stream()
            .collect(
                Collectors.toMap(
                    e -> e.samples().modality().key(), e -> e.test().few(limit(e.samples()))));
  }

  private static int limit(RunSamples samples) {
    return switch (samples) {
      case ImageSamples _ -> FeatureReader.BATCH;
      case SpeechSamples _ -> 24;
      case TextSamples _ -> 32;
    };
  }

  /// The spread of a modality now, as [FeatureSpread].
  double spread(String key) {
    Examples examples = watched.get(key);
    if (examples == null) {
      throw new IllegalArgumentException("nothing of " + key + " is watched");
    }
    return FeatureSpread.of(Features.of(examples.read(reader)));
  }
}
