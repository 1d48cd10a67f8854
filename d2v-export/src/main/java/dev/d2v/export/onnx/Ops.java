package dev.d2v.export.onnx;

import java.util.ArrayList;
import java.util.List;

/// The operators that exported graphs use, as methods that check types. Each adds a node to the
/// graph and gives its output. Shapes follow ONNX's rules: the operators of two tensors broadcast.
///
/// @param graph that grows
public record Ops(Graph graph) {
  private static final OnnxType FLOAT = OnnxType.FLOAT;
  private static final OnnxType INT64 = OnnxType.INT64;

  /// A float without axes.
  public Value real(float value) {
    return graph.real(value);
  }

  /// `a + b`.
  public Value add(Value a, Value b) {
    return binary("Add", a, b);
  }

  /// `a - b`.
  public Value sub(Value a, Value b) {
    return binary("Sub", a, b);
  }

  /// `a * b`.
  public Value mul(Value a, Value b) {
    return binary("Mul", a, b);
  }

  /// `a / b`, of whole numbers towards zero.
  public Value div(Value a, Value b) {
    return binary("Div", a, b);
  }

  /// The larger of both.
  public Value max(Value a, Value b) {
    return binary("Max", a, b);
  }

  private Value binary(String op, Value a, Value b) {
    return graph.node(op, a.type(), List.of(a, b.of(a.type())));
  }

  /// `a b` over the last two axes.
  public Value matmul(Value a, Value b) {
    return binary("MatMul", a.of(FLOAT), b);
  }

  /// `|x|`, `sqrt x`, `tanh x`, `relu x`, `sigmoid x`: an operator of one float tensor without
  /// attributes.
  public Value apply(String op, Value x) {
    return graph.node(op, FLOAT, List.of(x.of(FLOAT)));
  }

  /// `x Phi(x)`, or its tanh form.
  public Value gelu(Value x, boolean tanh) {
    return graph.node(
        "Gelu",
        FLOAT,
        List.of(x.of(FLOAT)),
        new Attribute.Text("approximate", tanh ? "tanh" : "none"));
  }

  /// The norm over the last axis.
  public Value layerNorm(Value x, Value scale, Value bias, float epsilon) {
    return graph.node(
        "LayerNormalization",
        FLOAT,
        List.of(x.of(FLOAT), scale.of(FLOAT), bias.of(FLOAT)),
        new Attribute.Whole("axis", -1),
        new Attribute.Real("epsilon", epsilon));
  }

  /// The norm over all axes behind the second. x (B,C,...)
  public Value instanceNorm(Value x, Value scale, Value bias, float epsilon) {
    return graph.node(
        "InstanceNormalization",
        FLOAT,
        List.of(x.of(FLOAT), scale.of(FLOAT), bias.of(FLOAT)),
        new Attribute.Real("epsilon", epsilon));
  }

  /// Over the last axis.
  public Value softmax(Value x) {
    return graph.node("Softmax", FLOAT, List.of(x.of(FLOAT)), new Attribute.Whole("axis", -1));
  }

  /// A convolution over one axis or two.
  ///
  /// @param inputs x (B,in,...), W (out,in/groups,...), and b (out) or none
  /// @param stride the same for all axes
  /// @param pads zeros before each axis, then behind each
  public Value conv(List<Value> inputs, int groups, long[] stride, long... pads) {
    return graph.node(
        "Conv",
        FLOAT,
        inputs,
        new Attribute.Whole("group", groups),
        new Attribute.Wholes("strides", stride),
        new Attribute.Wholes("pads", pads));
  }

  /// `equation` in Einstein's notation.
  public Value einsum(String equation, Value a, Value b) {
    return graph.node(
        "Einsum",
        FLOAT,
        List.of(a.of(FLOAT), b.of(FLOAT)),
        new Attribute.Text("equation", equation));
  }

  /// Axis i of the result is axis `order[i]`.
  public Value transpose(Value x, long... order) {
    return graph.node("Transpose", x.type(), List.of(x), new Attribute.Wholes("perm", order));
  }

  /// Under other extents; 0 keeps that of the same place, -1 is what remains.
  public Value reshape(Value x, long... dims) {
    return graph.node("Reshape", x.type(), List.of(x, graph.wholes(dims)));
  }

  /// With axes of length 1 at these places.
  public Value unsqueeze(Value x, long... axes) {
    return graph.node("Unsqueeze", x.type(), List.of(x, graph.wholes(axes)));
  }

  /// Broadcast to `shape`.
  public Value expand(Value x, Value shape) {
    return graph.node("Expand", x.type(), List.of(x, shape.of(INT64)));
  }

  /// Entries `from` to before `to` of an axis. from, to (1)
  public Value slice(Value x, long axis, Value from, Value to) {
    return graph.node(
        "Slice", x.type(), List.of(x, from.of(INT64), to.of(INT64), graph.wholes(axis)));
  }

  /// One behind the other along an axis.
  public Value concat(long axis, Value... parts) {
    return graph.node("Concat", parts[0].type(), List.of(parts), new Attribute.Whole("axis", axis));
  }

  /// As many equal parts of the last axis.
  public List<Value> split(Value x, int parts) {
    List<OnnxType> types = new ArrayList<>();
    for (int i = 0; i < parts; i++) {
      types.add(x.type());
    }
    return graph.nodes(
        "Split",
        types,
        List.of(x),
        new Attribute.Whole("axis", -1),
        new Attribute.Whole("num_outputs", parts));
  }

  /// Entries of an axis; a scalar index removes it.
  public Value gather(Value x, Value index, long axis) {
    return graph.node(
        "Gather", x.type(), List.of(x, index.of(INT64)), new Attribute.Whole("axis", axis));
  }

  /// The length of an axis (1).
  public Value length(Value x, long axis) {
    return graph.node(
        "Shape",
        INT64,
        List.of(x),
        new Attribute.Whole("start", axis),
        new Attribute.Whole("end", axis + 1));
  }

  /// 0, 1, ..., n-1. n (1)
  public Value range(Value n) {
    Value end = graph.node("Squeeze", INT64, List.of(n.of(INT64)));
    return graph.node("Range", INT64, List.of(graph.whole(0), end, graph.whole(1)));
  }

  /// The sums of all entries of an axis up to each.
  public Value cumulativeSum(Value x, long axis) {
    return graph.node("CumSum", x.type(), List.of(x, graph.whole(axis)));
  }

  /// In another type.
  public Value cast(Value x, OnnxType type) {
    return graph.node("Cast", type, List.of(x), new Attribute.Whole("to", type.number()));
  }

  /// `a = b`.
  public Value equal(Value a, Value b) {
    return graph.node("Equal", OnnxType.BOOL, List.of(a, b.of(a.type())));
  }

  /// `a >= b`.
  public Value atLeast(Value a, Value b) {
    return graph.node("GreaterOrEqual", OnnxType.BOOL, List.of(a, b.of(a.type())));
  }

  /// `condition ? a : b`.
  public Value where(Value condition, Value a, Value b) {
    return graph.node("Where", a.type(), List.of(condition.of(OnnxType.BOOL), a, b.of(a.type())));
  }

  /// The sum over an axis.
  public Value sum(Value x, long axis, boolean keep) {
    return reduce("ReduceSum", x, axis, keep);
  }

  /// The mean over an axis.
  public Value mean(Value x, long axis) {
    return reduce("ReduceMean", x.of(FLOAT), axis, false);
  }

  private Value reduce(String op, Value x, long axis, boolean keep) {
    return graph.node(
        op,
        x.type(),
        List.of(x, graph.wholes(axis)),
        new Attribute.Whole("keepdims", keep ? 1 : 0));
  }

  /// A float tensor as bytes: their values, the scale and the zero point of all.
  public List<Value> quantize(Value x) {
    return graph.nodes(
        "DynamicQuantizeLinear",
        List.of(OnnxType.UINT8, FLOAT, OnnxType.UINT8),
        List.of(x.of(FLOAT)));
  }

  /// `(a - zero) b` of bytes, exact in 32 bits.
  public Value matmulInteger(Value a, Value b, Value zero) {
    return graph.node(
        "MatMulInteger",
        OnnxType.INT32,
        List.of(a.of(OnnxType.UINT8), b.of(OnnxType.INT8), zero.of(OnnxType.UINT8)));
  }
}
