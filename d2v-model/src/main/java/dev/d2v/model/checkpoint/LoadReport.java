package dev.d2v.model.checkpoint;

import dev.d2v.nn.Parameter;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.io.RestoredTensors;
import dev.d2v.tensor.io.TensorFile;
import dev.d2v.tensor.spi.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/// What a load did, name by name.
///
/// @param loaded parameters that got their values
/// @param missing parameters that the file does not have
/// @param unexpected tensors of the file that no parameter wanted
/// @param wrongShape parameters whose tensor has another shape, with both shapes
public record LoadReport(
    List<String> loaded, List<String> missing, List<String> unexpected, List<String> wrongShape) {
  private static final int MOST_NAMES = 20;

  /// Whether every parameter got its values and nothing was left over.
  public boolean complete() {
    return missing.isEmpty() && unexpected.isEmpty() && wrongShape.isEmpty();
  }

  /// The same, further tensors that no parameter wanted behind those that there are.
  public LoadReport withUnexpected(List<String> names) {
    return new LoadReport(loaded, missing, joined(unexpected, names, ""), wrongShape);
  }

  /// A remark on the tensors that no parameter wanted, if there are any: the first ones by name,
  /// and how many more.
  public Optional<String> leftAside() {
    if (unexpected.isEmpty()) {
      return Optional.empty();
    }
    int more = unexpected.size() - MOST_NAMES;
    return Optional.of(
        "tensors left aside: "
            + String.join(", ", unexpected.subList(0, Math.min(MOST_NAMES, unexpected.size())))
            + (more > 0 ? " and %d more".formatted(more) : ""));
  }

  /// This and another report, whose names get a prefix.
  LoadReport and(LoadReport other, String prefix) {
    return new LoadReport(
        joined(loaded, other.loaded, prefix),
        joined(missing, other.missing, prefix),
        joined(unexpected, other.unexpected, prefix),
        joined(wrongShape, other.wrongShape, prefix));
  }

  private static List<String> joined(List<String> first, List<String> second, String prefix) {
    return Stream.concat(first.stream(), second.stream().map(name -> prefix + name)).toList();
  }

  /// One sentence.
  @Override
  public String toString() {
    return "%d tensors loaded, %d missing %s, %d unexpected %s, %d of another shape %s"
        .formatted(
            loaded.size(),
            missing.size(),
            first(missing),
            unexpected.size(),
            first(unexpected),
            wrongShape.size(),
            first(wrongShape));
  }

  private static List<String> first(List<String> names) {
    return names.subList(0, Math.min(3, names.size()));
  }

  static final class Builder {
    private final List<String> loaded = new ArrayList<>();
    private final List<String> missing = new ArrayList<>();
    private final TreeSet<String> unexpected = new TreeSet<>();
    private final List<String> wrongShape = new ArrayList<>();

    /// Names that somebody should want.
    void expect(List<String> names) {
      unexpected.addAll(names);
    }

    /// Has a parameter read, in whatever the model keeps it.
    void load(RestoredTensors file, Parameter p, ParameterReader reader) {
      if (found(file, p.name(), p.shape())) {
        reader.read(file, p, p.name());
        loaded.add(p.name());
      }
    }

    void load(TensorFile file, String name, Tensor target, Backend backend) {
      if (found(file, name, target.shape())) {
        file.read(name, target, backend);
        loaded.add(name);
      }
    }

    private boolean found(TensorFile file, String name, Shape shape) {
      unexpected.remove(name);
      if (!file.has(name)) {
        missing.add(name);
        return false;
      }
      if (!file.entry(name).shape().equals(shape)) {
        wrongShape.add(name + ": file " + file.entry(name).shape() + ", model " + shape);
        return false;
      }
      return true;
    }

    LoadReport build() {
      return new LoadReport(
          List.copyOf(loaded),
          List.copyOf(missing),
          List.copyOf(unexpected),
          List.copyOf(wrongShape));
    }
  }
}
