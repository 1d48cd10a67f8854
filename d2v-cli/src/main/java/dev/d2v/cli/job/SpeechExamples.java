package dev.d2v.cli.job;

import dev.d2v.cli.report.Exhibit;
import dev.d2v.data.eval.Features;
import dev.d2v.data.eval.MelStatistics;
import dev.d2v.model.Batch;
import dev.d2v.model.train.FeatureReader;
import dev.d2v.model.train.SpeechData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Recordings in order. Those of one length go through the model together, so that none is padded
/// and what a recording gives does not depend on the others.
///
/// @param clips normalised samples at 16 kHz of each
/// @param labels class of each, or -1
record SpeechExamples(float[][] clips, int[] labels) implements Examples {
  @Override
  public int count() {
    return clips.length;
  }

  @Override
  public float[][] read(FeatureReader reader) {
    Map<Integer, List<Integer>> byLength = new TreeMap<>();
    for (int i = 0; i < clips.length; i++) {
      byLength.computeIfAbsent(clips[i].length, length -> new ArrayList<>()).add(i);
    }
    float[][] out = new float[clips.length][];
    byLength.forEach((length, items) -> {
      float[][] vectors =
          reader.read(
              items.size(),
              FeatureReader.size("AUDIO"),
              (from, n) -> new Batch.Waves(joined(items.subList(from, from + n), length), n, null));
      for (int i = 0; i < vectors.length; i++) {
        out[items.get(i)] = vectors[i];
      }
    });
    return out;
  }

  private float[] joined(List<Integer> items, int length) {
    float[] waves = new float[items.size() * length];
    for (int i = 0; i < items.size(); i++) {
      System.arraycopy(clips[items.get(i)], 0, waves, i * length, length);
    }
    return waves;
  }

  @Override
  public Features baseline() {
    return Features.of(Arrays.stream(clips).map(MelStatistics::of).toArray(float[][]::new));
  }

  @Override
  public Examples few(int limit) {
    int[] chosen = Examples.spread(count(), limit);
    float[][] some = new float[chosen.length][];
    Arrays.setAll(some, i -> clips[chosen[i]]);
    return new SpeechExamples(some, Examples.pick(labels, chosen));
  }

  @Override
  public int length(int i) {
    return clips[i].length;
  }

  @Override
  public Exhibit exhibit(int i) {
    return new Exhibit.Sound(clips[i], SpeechData.SAMPLE_RATE_HZ);
  }
}
