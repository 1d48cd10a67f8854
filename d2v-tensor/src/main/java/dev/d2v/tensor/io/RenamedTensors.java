package dev.d2v.tensor.io;

import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.Backend;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Some tensors of a file under other names, and where asked for with further extents of 1 in
/// front. It owns nothing: closing it does nothing.
public final class RenamedTensors implements TensorFile {
  private final TensorFile file;
  private final Map<String, String> names;
  private final Map<String, Integer> ranks;

  /// @param file holds the numbers
  /// @param names name here to name in the file, in order
  /// @param ranks least rank of some of them, by their names here
  public RenamedTensors(TensorFile file, Map<String, String> names, Map<String, Integer> ranks) {
    this.file = file;
    this.names = Collections.unmodifiableMap(new LinkedHashMap<>(names));
    this.ranks = Map.copyOf(ranks);
    names.values().forEach(file::entry);
  }

  @Override
  public Path path() {
    return file.path();
  }

  @Override
  public List<String> names() {
    return new ArrayList<>(names.keySet());
  }

  @Override
  public boolean has(String name) {
    return names.containsKey(name);
  }

  @Override
  public Map<String, String> metadata() {
    return file.metadata();
  }

  @Override
  public Entry entry(String name) {
    Entry entry = file.entry(original(name));
    int more = Math.max(0, ranks.getOrDefault(name, 0) - entry.shape().rank());
    int[] dims = new int[more + entry.shape().rank()];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = i < more ? 1 : entry.shape().dim(i - more);
    }
    return new Entry(name, entry.dtype(), Shape.of(dims), entry.file(), entry.begin(), entry.end());
  }

  @Override
  public float[] floats(String name) {
    return file.floats(original(name));
  }

  @Override
  public int[] ints(String name) {
    return file.ints(original(name));
  }

  @Override
  public void read(String name, Tensor target, Backend backend) {
    file.read(original(name), target, backend);
  }

  @Override
  public Optional<Tensor> inPlace(String name) {
    return file.inPlace(original(name));
  }

  /// The name in the file.
  public String original(String name) {
    String original = names.get(name);
    if (original == null) {
      throw new IllegalArgumentException(
          "%s has no tensor '%s' here; there are %s".formatted(path(), name, names.keySet()));
    }
    return original;
  }

  /// Nothing: the file belongs to whoever opened it.
  @Override
  public void close() {}
}
