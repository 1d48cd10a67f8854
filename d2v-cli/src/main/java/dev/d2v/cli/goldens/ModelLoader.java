package dev.d2v.cli.goldens;

import dev.d2v.model.Data2Vec2;
import dev.d2v.nn.Parameter;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/// Puts a case's parameters into a model, name by name; a name without a counterpart on either side
/// is a failure.
final class ModelLoader {
  private ModelLoader() {}

  /// Loads the tensors `prefix + name` into the student.
  static void student(GoldenCase c, String prefix, Data2Vec2 model, Comparison comparison) {
    load(c, prefix, "", model.memory().student(), model, comparison);
  }

  /// Loads the tensors `prefix + name` into the teacher.
  static void teacher(GoldenCase c, String prefix, Data2Vec2 model, Comparison comparison) {
    load(c, prefix, teacherPrefix(model), model.memory().teacher(), model, comparison);
  }

  /// A teacher of shared blocks alone is named from the block index on.
  static String teacherPrefix(Data2Vec2 model) {
    return model.config().ema().sharedBlocksOnly() ? "blocks." : "";
  }

  private static void load(
      GoldenCase c,
      String prefix,
      String ours,
      List<Parameter> parameters,
      Data2Vec2 model,
      Comparison comparison) {
    TreeSet<String> unexpected = new TreeSet<>(c.names(prefix));
    for (Parameter p : parameters) {
      String theirs = prefix + p.name().substring(ours.length());
      unexpected.remove(theirs);
      if (!c.has(theirs)) {
        comparison.holds(theirs + " is in the case", false);
        continue;
      }
      boolean same = Arrays.equals(c.shape(theirs).toArray(), p.shape().toArray());
      comparison.holds(theirs + " has shape " + p.shape(), same);
      if (same) {
        model.backend().upload(p.value(), c.floats(theirs));
      }
    }
    for (String name : unexpected) {
      comparison.holds(name + " is a parameter of the model", false);
    }
  }
}
