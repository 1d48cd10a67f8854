package dev.d2v.model.v1;

import dev.d2v.model.checkpoint.LoadReport;
import dev.d2v.model.checkpoint.ParameterReader;
import dev.d2v.nn.Parameter;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.io.RestoredTensors;
import dev.d2v.tensor.kernel.StoredMatrix;
import dev.d2v.tensor.spi.Backend;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Puts a file's tensors into parameters: copied, stacked, or with the factors of a layer scale
/// multiplied in. Names are those without the prefix of the task (`data2vec_vision.`), which files
/// may have or not. Parameters have their values after [#finish].
final class WeightLoader {
  /// Instead of a name: zeros.
  static final String ZEROS = "";

  private final RestoredTensors file;
  private final ParameterReader reader;
  private final Map<String, DType> types = new LinkedHashMap<>();
  private final Map<String, Tensor> inPlace = new HashMap<>();
  private final Map<String, String> names = new HashMap<>();
  private final Set<String> loaded = new LinkedHashSet<>();
  private final List<String> missing = new ArrayList<>();
  private final List<String> wrongShape = new ArrayList<>();
  private final TreeSet<String> unexpected = new TreeSet<>();

  /// @param given parameters that have their values already
  WeightLoader(RestoredTensors file, String prefix, Backend backend, Set<String> given) {
    this.file = file;
    this.reader = new ParameterReader(backend, given);
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
    int rows = p.shape().dim(0);
    for (int i = 0; i < parts.length; i++) {
      int from = rows * i / parts.length;
      int to = rows * (i + 1) / parts.length;
      Shape part = p.shape().withFirst(to - from);
      if (parts[i].equals(ZEROS)) {
        reader.fill(file, p, from, to, () -> new float[part.intSize()]);
      } else {
        String name = found(parts[i], part);
        if (name != null) {
          reader.rows(file, p, from, to, name, null);
          types.put(name, type(p));
          if (parts.length == 1) {
            ParameterReader.inPlace(file, p, name).ifPresent(there -> inPlace.put(p.name(), there));
          }
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
    reader.rows(file, p, 0, p.shape().dim(0), values, factors);
    types.put(values, type(p));
  }

  private static DType type(Parameter p) {
    StoredMatrix stored = p.stored();
    return stored == null ? DType.F32 : stored.values().type();
  }

  /// In which types the model keeps what it took as it is, by the file's names.
  Map<String, DType> types() {
    return Collections.unmodifiableMap(types);
  }

  /// The values that can be used where they lie in the file, by parameter.
  Map<String, Tensor> inPlace() {
    return inPlace;
  }

  /// Numbers that are made of a file's.
  void fill(Parameter p, Supplier<float[]> values) {
    reader.fill(file, p, 0, p.shape().dim(0), values);
  }

  /// The numbers of a tensor of that shape; null when there is none.
  float @Nullable [] floats(String name, Shape shape) {
    String real = found(name, shape);
    return real == null ? null : file.floats(real);
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

  /// Reads what was asked for.
  void finish() {
    reader.finish();
  }

  LoadReport report() {
    return new LoadReport(
        List.copyOf(loaded),
        List.copyOf(missing),
        List.copyOf(unexpected),
        List.copyOf(wrongShape));
  }
}
