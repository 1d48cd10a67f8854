package dev.d2v.nn;

import dev.d2v.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Where layers declare their parameters: a dotted prefix and the list that all of a model's scopes
/// share. Also hands out the numbers of random streams, so that every dropout has its own, the same
/// in every run.
public final class ParameterScope {
  /// The first stream that layers use; smaller ones name the purposes in [Streams].
  public static final int FIRST_LAYER_STREAM = 1000;

  private final String prefix;
  private final Registry registry;
  private final boolean trainable;
  private final boolean exact;

  private ParameterScope(String prefix, Registry registry, boolean trainable, boolean exact) {
    this.prefix = prefix;
    this.registry = registry;
    this.trainable = trainable;
    this.exact = exact;
  }

  /// An empty model.
  public static ParameterScope root() {
    return new ParameterScope("", new Registry(), true, false);
  }

  /// The scope `prefix.name.`; a name with dots goes down several levels.
  public ParameterScope child(String name) {
    return new ParameterScope(prefix + name + ".", registry, trainable, exact);
  }

  /// This scope when a factor on the gradient of what it declares is not 0; else one that declares
  /// everything frozen: the official code runs such layers without gradients, and what has none is
  /// neither stepped nor decayed.
  public ParameterScope trainedBy(double gradientFactor) {
    return gradientFactor != 0 ? this : new ParameterScope(prefix, registry, false, exact);
  }

  /// This scope, whose parameters stay F32 in every [Storage]: for layers that are small, and whose
  /// errors everything behind them inherits.
  public ParameterScope exact() {
    return new ParameterScope(prefix, registry, trainable, true);
  }

  /// Declares a parameter.
  public Parameter parameter(String name, Shape shape, Initializer initializer) {
    return parameter(name, shape, initializer, Storage.Use.PLAIN);
  }

  /// Declares a parameter that inference may keep in fewer bits.
  public Parameter parameter(String name, Shape shape, Initializer initializer, Storage.Use use) {
    Storage.Use kept = exact ? Storage.Use.PLAIN : use;
    return add(new Parameter(prefix + name, shape, initializer, trainable, kept));
  }

  /// Declares a table that is stored with the model but not trained.
  public Parameter frozen(String name, Shape shape, Initializer initializer) {
    return add(new Parameter(prefix + name, shape, initializer, false, Storage.Use.PLAIN));
  }

  private Parameter add(Parameter p) {
    if (!registry.names.add(p.name())) {
      throw new IllegalStateException("parameter " + p.name() + " is declared twice");
    }
    registry.parameters.add(p);
    return p;
  }

  /// The number of a random stream that nothing else in this model uses.
  public int stream() {
    return registry.nextStream++;
  }

  /// All parameters declared so far in the whole model, in order of declaration.
  public List<Parameter> parameters() {
    return Collections.unmodifiableList(registry.parameters);
  }

  private static final class Registry {
    private final List<Parameter> parameters = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private int nextStream = FIRST_LAYER_STREAM;
  }
}
