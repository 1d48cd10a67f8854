package dev.d2v.data.speech;

import dev.d2v.data.SkippedFiles;
import java.util.List;
import java.util.Optional;

/// Some recordings of another data set, in a given order.
public final class SpeechSubset implements SpeechDataset {
  private final SpeechDataset whole;
  private final int[] indices;
  private final String name;

  /// Recording `i` is recording `indices[i]` of `whole`; `name` says which part it is.
  public SpeechSubset(SpeechDataset whole, int[] indices, String name) {
    for (int index : indices) {
      if (index < 0 || index >= whole.size()) {
        throw new IllegalArgumentException(
            "index %d is not in [0, %d) of %s".formatted(index, whole.size(), whole.name()));
      }
    }
    this.whole = whole;
    this.indices = indices.clone();
    this.name = name;
  }

  /// Number of recording `i` in the whole data set.
  public int original(int i) {
    return indices[i];
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int size() {
    return indices.length;
  }

  @Override
  public int length(int i) {
    return whole.length(indices[i]);
  }

  @Override
  public int label(int i) {
    return whole.label(indices[i]);
  }

  @Override
  public List<String> classNames() {
    return whole.classNames();
  }

  @Override
  public Optional<String> transcript(int i) {
    return whole.transcript(indices[i]);
  }

  @Override
  public Optional<float[]> sample(int i) {
    return whole.sample(indices[i]);
  }

  @Override
  public String describe(int i) {
    return whole.describe(indices[i]);
  }

  @Override
  public SkippedFiles skipped() {
    return whole.skipped();
  }

  @Override
  public int tooShort() {
    return whole.tooShort();
  }
}
