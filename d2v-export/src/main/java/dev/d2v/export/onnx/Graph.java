package dev.d2v.export.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A graph that grows node by node, in the order in which it is computed. [Ops] has the operators,
/// [OnnxFile] writes it.
///
/// ```java
/// Graph graph = new Graph("twice");
/// Ops ops = new Ops(graph);
/// Value x = graph.input("x", OnnxType.FLOAT, Axis.of("n"));
/// graph.output("y", ops.mul(x, ops.real(2)), Axis.of("n"));
/// ```
public final class Graph {
  private final String name;
  private final Set<String> names = new HashSet<>();
  private final Map<String, Value> constants = new HashMap<>();
  private final List<Wire> nodes = new ArrayList<>();
  private final List<Initializer> initializers = new ArrayList<>();
  private final Map<String, Wire> inputs = new LinkedHashMap<>();
  private final Map<String, Wire> outputs = new LinkedHashMap<>();

  /// An empty graph.
  public Graph(String name) {
    this.name = name;
  }

  /// Declares an input.
  public Value input(String input, OnnxType type, Axis... axes) {
    Value value = new Value(taken(input), type);
    inputs.put(signature(value, axes), declaration(value, axes));
    return value;
  }

  /// Gives a value out under a name.
  public void output(String output, Value value, Axis... axes) {
    Value named = new Value(taken(output), value.type());
    node("Identity", List.of(value), List.of(named), List.of());
    outputs.put(signature(named, axes), declaration(named, axes));
  }

  /// A constant whose numbers are made when the file is written.
  public Value initializer(Initializer initializer) {
    taken(initializer.name());
    initializers.add(initializer);
    return new Value(initializer.name(), initializer.type());
  }

  /// Whole numbers (n); equal ones are there once.
  public Value wholes(long... values) {
    return small(
        "w" + Arrays.toString(values),
        OnnxType.INT64,
        List.of((long) values.length),
        sink -> sink.put(values));
  }

  /// A whole number without axes.
  public Value whole(long value) {
    return small("w" + value, OnnxType.INT64, List.of(), sink -> sink.put(new long[] {value}));
  }

  /// A float without axes.
  public Value real(float value) {
    return small("r" + value, OnnxType.FLOAT, List.of(), sink -> sink.put(new float[] {value}));
  }

  private Value small(String key, OnnxType type, List<Long> dims, Initializer.Content content) {
    return constants.computeIfAbsent(
        key,
        _ ->
            initializer(
                new Initializer(
                    "const_" + constants.size(),
                    type,
                    dims.stream().mapToLong(Long::longValue).toArray(),
                    content)));
  }

  /// Adds a node with one output.
  public Value node(String op, OnnxType type, List<Value> in, Attribute... attributes) {
    Value out = new Value(fresh(op), type);
    node(op, in, List.of(out), List.of(attributes));
    return out;
  }

  /// Adds a node with several outputs, one of each type.
  public List<Value> nodes(
      String op, List<OnnxType> types, List<Value> in, Attribute... attributes) {
    List<Value> out = types.stream().map(type -> new Value(fresh(op), type)).toList();
    node(op, in, out, List.of(attributes));
    return out;
  }

  private void node(String op, List<Value> in, List<Value> out, List<Attribute> attributes) {
    Wire wire = new Wire();
    in.forEach(value -> wire.text(1, value.name()));
    out.forEach(value -> wire.text(2, value.name()));
    wire.text(3, out.getFirst().name()).text(4, op);
    attributes.forEach(attribute -> wire.message(5, attribute.encoded()));
    nodes.add(wire);
  }

  private String fresh(String stem) {
    String lower = stem.toLowerCase(Locale.ROOT);
    return taken(lower + "_" + names.size());
  }

  private String taken(String wanted) {
    if (!names.add(wanted)) {
      throw new IllegalArgumentException("graph %s has %s already".formatted(name, wanted));
    }
    return wanted;
  }

  private static String signature(Value value, Axis... axes) {
    return Stream.of(axes)
        .map(axis ->
            switch (axis) {
              case Axis.Fixed fixed -> "" + fixed.length();
              case Axis.Free free -> free.name();
            })
        .collect(Collectors.joining(",", value.name() + " " + value.type() + " (", ")"));
  }

  private static Wire declaration(Value value, Axis... axes) {
    Wire shape = new Wire();
    for (Axis axis : axes) {
      shape.message(
          1,
          switch (axis) {
            case Axis.Fixed fixed -> new Wire().number(1, fixed.length());
            case Axis.Free free -> new Wire().text(2, free.name());
          });
    }
    Wire tensor = new Wire().number(1, value.type().number()).message(2, shape);
    return new Wire().text(1, value.name()).message(2, new Wire().message(1, tensor));
  }

  /// Its constants, in the order in which they were added.
  public List<Initializer> initializers() {
    return List.copyOf(initializers);
  }

  /// Names, types and extents of its inputs.
  public List<String> inputs() {
    return List.copyOf(inputs.keySet());
  }

  /// Names, types and extents of its outputs.
  public List<String> outputs() {
    return List.copyOf(outputs.keySet());
  }

  /// Number of nodes.
  public int size() {
    return nodes.size();
  }

  /// All of `GraphProto` but the constants.
  Wire skeleton() {
    Wire wire = new Wire();
    nodes.forEach(node -> wire.message(1, node));
    wire.text(2, name);
    inputs.values().forEach(input -> wire.message(11, input));
    outputs.values().forEach(output -> wire.message(12, output));
    return wire;
  }
}
