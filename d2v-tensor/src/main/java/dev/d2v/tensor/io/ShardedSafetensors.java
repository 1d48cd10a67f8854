package dev.d2v.tensor.io;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Tensors spread over several safetensors files beside an index, `model.safetensors.index.json`:
///
/// ```json
/// {"metadata": {"total_size": 8}, "weight_map": {"a": "model-00001-of-00002.safetensors", ...}}
/// ```
///
/// Parts must lie in the folder of the index; every tensor that the index names must be where it
/// says, and no part may hold another.
public final class ShardedSafetensors implements TensorFile {
  /// What the name of an index ends with.
  public static final String SUFFIX = ".safetensors.index.json";

  private static final long MAX_INDEX_BYTES = 64 << 20;
  private static final int MAX_PARTS = 4096;

  private final Path path;
  private final Map<String, String> metadata;
  private final Map<String, Safetensors> parts;
  private final Map<String, Safetensors> byName;

  private ShardedSafetensors(
      Path path,
      Map<String, String> metadata,
      Map<String, Safetensors> parts,
      Map<String, Safetensors> byName) {
    this.path = path;
    this.metadata = metadata;
    this.parts = parts;
    this.byName = byName;
  }

  /// Opens an index and all its parts.
  public static ShardedSafetensors open(Path index) throws IOException {
    Map<String, Object> json = Json.read(index, MAX_INDEX_BYTES);
    Map<String, String> metadata = new LinkedHashMap<>();
    if (json.get("metadata") instanceof Map<?, ?> map) {
      map.forEach((k, v) -> metadata.put(String.valueOf(k), String.valueOf(v)));
    }
    Map<String, String> weights = weightMap(index, json);
    Map<String, Safetensors> parts = new TreeMap<>();
    try {
      for (String part : weights.values()) {
        if (!parts.containsKey(part)) {
          parts.put(part, Safetensors.open(index.resolveSibling(part)));
        }
      }
      Map<String, Safetensors> byName = new LinkedHashMap<>();
      weights.forEach((name, part) -> byName.put(name, holder(index, name, part, parts)));
      for (Map.Entry<String, Safetensors> part : parts.entrySet()) {
        for (String name : part.getValue().names()) {
          if (!part.getKey().equals(weights.get(name))) {
            throw new FormatException(
                part.getValue().path(), 0, "only tensors that " + index + " places here", name);
          }
        }
      }
      return new ShardedSafetensors(
          index, Collections.unmodifiableMap(metadata), parts, Collections.unmodifiableMap(byName));
    } catch (IOException | RuntimeException e) {
      parts.values().forEach(Safetensors::close);
      throw e;
    }
  }

  private static Map<String, String> weightMap(Path index, Map<String, Object> json) {
    if (!(json.get("weight_map") instanceof Map<?, ?> map)) {
      throw new FormatException(index, 0, "an object 'weight_map'", "keys " + json.keySet());
    }
    Map<String, String> weights = new LinkedHashMap<>();
    map.forEach((name, part) -> {
      if (!(part instanceof String s) || !s.matches("[\\w.+-]{1,255}") || s.startsWith(".")) {
        throw new FormatException(
            index, 0, "'" + name + "' in a file of the index's own folder", "'" + part + "'");
      }
      weights.put(String.valueOf(name), s);
    });
    long files = weights.values().stream().distinct().count();
    if (files > MAX_PARTS) {
      throw new FormatException(index, 0, "at most " + MAX_PARTS + " parts", files + " parts");
    }
    for (String part : weights.values()) {
      if (!Files.isRegularFile(index.resolveSibling(part))) {
        throw new FormatException(index, 0, "all its parts beside it", "no file " + part);
      }
    }
    return weights;
  }

  private static Safetensors holder(
      Path index, String name, String part, Map<String, Safetensors> parts) {
    Safetensors file = parts.get(part);
    if (file == null || !file.has(name)) {
      throw new FormatException(index, 0, "tensor '" + name + "' in " + part, "none there");
    }
    return file;
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public List<String> names() {
    return new ArrayList<>(byName.keySet());
  }

  @Override
  public boolean has(String name) {
    return byName.containsKey(name);
  }

  @Override
  public Map<String, String> metadata() {
    return metadata;
  }

  @Override
  public Entry entry(String name) {
    return file(name).entry(name);
  }

  @Override
  public float[] floats(String name) {
    return file(name).floats(name);
  }

  @Override
  public int[] ints(String name) {
    return file(name).ints(name);
  }

  @Override
  public void read(String name, Tensor target, Backend backend) {
    file(name).read(name, target, backend);
  }

  @Override
  public Optional<Tensor> inPlace(String name) {
    return file(name).inPlace(name);
  }

  private Safetensors file(String name) {
    Safetensors file = byName.get(name);
    if (file == null) {
      throw new IllegalArgumentException(
          "%s has no tensor '%s'; it has %s".formatted(path, name, byName.keySet()));
    }
    return file;
  }

  @Override
  public void close() {
    parts.values().forEach(Safetensors::close);
  }
}
