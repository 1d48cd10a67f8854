package dev.d2v.data;

import java.util.List;
import java.util.Optional;

/// Some images of another data set, in a given order.
public final class Subset implements ImageDataset {
  private final ImageDataset whole;
  private final int[] indices;
  private final String name;

  /// Image `i` is image `indices[i]` of `whole`; `name` says which part it is.
  public Subset(ImageDataset whole, int[] indices, String name) {
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

  /// Images `from` (included) to `to` (excluded).
  public static Subset range(ImageDataset whole, int from, int to, String name) {
    int[] indices = new int[to - from];
    for (int i = 0; i < indices.length; i++) {
      indices[i] = from + i;
    }
    return new Subset(whole, indices, name);
  }

  /// Number of image `i` in the whole data set.
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
  public int channels() {
    return whole.channels();
  }

  @Override
  public Optional<SizeRange> sizes() {
    return whole.sizes();
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
  public Optional<Pixels> image(int i) {
    return whole.image(indices[i]);
  }

  @Override
  public String describe(int i) {
    return whole.describe(indices[i]);
  }

  @Override
  public boolean inMemory() {
    return whole.inMemory();
  }

  @Override
  public SkippedFiles skipped() {
    return whole.skipped();
  }
}
