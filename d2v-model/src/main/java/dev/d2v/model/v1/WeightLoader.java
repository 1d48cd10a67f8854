package dev.d2v.model.v1;

import dev.d2v.model.checkpoint.LoadReport;
import dev.d2v.nn.Parameter;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.io.TensorFile;
import dev.d2v.tensor.spi.Backend;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Puts a file's tensors into parameters: copied, stacked, or with the factors of a layer scale
/// multiplied in. Names are those without the prefix of the task (`data2vec_vision.`), which files
/// may have or not.
final class WeightLoader {
  /// Instead of a name: zeros.
  static final String ZEROS = "";

  private final TensorFile file;
  private final Backend backend;
  private final Map<String, String> names = new HashMap<>();
  private final Set<String> loaded = new LinkedHashSet<>();
  private final List<String> missing = new ArrayList<>();
  private final List<String> wrongShape = new ArrayList<>();
  private final TreeSet<String> unexpected = new TreeSet<>();

  WeightLoader(TensorFile file, String prefix, Backend backend) {
    this.file = file;
    this.backend = backend;
    for (String name : file.names()) {
      names.put(name.startsWith(prefix) ? name.substring(prefix.length()) : name, name);
      unexpected.add(name);
    }
    // Buffers, which follow from the configuration.
    unexpected.removeIf(
        n -> n.endsWith("relative_position_index") || n.endsWith("embeddings.position_ids"));
  }

  boolean has(String name) {
    return names.containsKey(name);
  }

  /// What a file may hold and inference leaves aside.
  void ignore(String name) {
    String real = names.get(name);
    if (real != null) {
      unexpected.remove(real);
    }
  }

  /// A tensor as it is; a leading axis of length 1 on either side does not count.
  void copy(Parameter p, String name) {
    rows(p, name);
  }

  /// Tensors below one another: the rows of q, k and v.
  void rows(Parameter p, String... parts) {
    Tensor value = p.value();
    int rows = value.shape().dim(0);
    for (int i = 0; i < parts.length; i++) {
      Tensor part = value.slice(rows * i / parts.length, rows * (i + 1) / parts.length);
      if (parts[i].equals(ZEROS)) {
        backend.upload(part, new float[part.shape().intSize()]);
      } else {
        String name = found(parts[i], part.shape());
        if (name != null) {
          file.read(name, part, backend);
        }
      }
    }
  }

  /// `value[r,c] = factor[r] * tensor[r,c]`: a layer scale folded into the layer before it.
  void scaled(Parameter p, String name, String factor) {
    String values = found(name, p.shape());
    String factors = found(factor, Shape.of(p.shape().dim(0)));
    if (values == null || factors == null) {
      return;
    }
    float[] x = file.floats(values);
    float[] f = file.floats(factors);
    int columns = x.length / f.length;
    for (int i = 0; i < x.length; i++) {
      x[i] *= f[i / columns];
    }
    backend.upload(p.value(), x);
  }

  /// Numbers that were made of a file's.
  void fill(Parameter p, float[] values) {
    backend.upload(p.value(), values);
  }

  /// The numbers of a tensor of that shape; zeros when it is not there.
  float[] floats(String name, Shape shape) {
    String real = found(name, shape);
    return real == null ? new float[shape.intSize()] : file.floats(real);
  }

  /// The file's name of a tensor of that shape, or null: what is wrong with it is in the report.
  private @Nullable String found(String name, Shape expected) {
    String real = names.get(name);
    if (real == null) {
      if (!missing.contains(name)) {
        missing.add(name);
      }
      return null;
    }
    unexpected.remove(real);
    Shape shape = file.entry(real).shape();
    if (!squeezed(shape).equals(squeezed(expected))) {
      wrongShape.add(real + ": file " + shape + ", config.json " + expected);
      return null;
    }
    loaded.add(real);
    return real;
  }

  private static List<Integer> squeezed(Shape shape) {
    List<Integer> dims = new ArrayList<>();
    for (int d : shape.toArray()) {
      if (d != 1 || !dims.isEmpty()) {
        dims.add(d);
      }
    }
    return dims;
  }

  LoadReport report() {
    return new LoadReport(
        List.copyOf(loaded),
        List.copyOf(missing),
        List.copyOf(unexpected),
        List.copyOf(wrongShape));
  }
}
