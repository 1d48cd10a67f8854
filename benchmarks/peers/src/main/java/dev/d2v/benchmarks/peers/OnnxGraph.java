package dev.d2v.benchmarks.peers;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// A small ONNX model: a few nodes with their weights, for one case.
final class OnnxGraph {
  /// ONNX's number for F32.
  static final int FLOAT = 1;

  /// ONNX's number for I64.
  static final int INT64 = 7;

  private static final int IR_VERSION = 10;
  private static final int OPSET = 20;

  // field numbers of onnx.proto
  private static final int GRAPH_NODE = 1;
  private static final int GRAPH_NAME = 2;
  private static final int GRAPH_INITIALIZER = 5;
  private static final int GRAPH_INPUT = 11;
  private static final int GRAPH_OUTPUT = 12;

  private final Wire graph = new Wire().text(GRAPH_NAME, "case");

  /// An input or output that the caller gives.
  OnnxGraph input(String name, int type, long... shape) {
    graph.message(GRAPH_INPUT, value(name, type, shape));
    return this;
  }

  /// The result.
  OnnxGraph output(String name, long... shape) {
    graph.message(GRAPH_OUTPUT, value(name, FLOAT, shape));
    return this;
  }

  /// A weight.
  OnnxGraph weight(String name, float[] values, long... shape) {
    Wire tensor = new Wire();
    for (long extent : shape) {
      tensor.number(1, extent);
    }
    ByteBuffer raw =
        ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer().put(values);
    tensor.number(2, FLOAT).text(8, name).bytes(9, raw.array());
    graph.message(GRAPH_INITIALIZER, tensor);
    return this;
  }

  /// A node of the standard operators.
  ///
  /// @param inputs names with blanks between them
  OnnxGraph node(String operator, String inputs, String output, Attribute... attributes) {
    return node("", operator, inputs, output, attributes);
  }

  /// A node of a domain's operators.
  OnnxGraph node(
      String domain, String operator, String inputs, String output, Attribute... attributes) {
    Wire node = new Wire();
    for (String input : inputs.split(" ", -1)) {
      node.text(1, input);
    }
    node.text(2, output).text(4, operator);
    for (Attribute attribute : attributes) {
      node.message(5, attribute.encoded());
    }
    node.text(7, domain);
    graph.message(GRAPH_NODE, node);
    return this;
  }

  /// The file.
  byte[] toBytes() {
    return new Wire()
        .number(1, IR_VERSION)
        .message(7, graph)
        .message(8, new Wire().text(1, "").number(2, OPSET))
        .message(8, new Wire().text(1, "com.microsoft").number(2, 1))
        .toBytes();
  }

  private static Wire value(String name, int type, long[] shape) {
    Wire dims = new Wire();
    for (long extent : shape) {
      dims.message(1, new Wire().number(1, extent));
    }
    Wire tensor = new Wire().number(1, type).message(2, dims);
    return new Wire().text(1, name).message(2, new Wire().message(1, tensor));
  }

  /// A node's setting.
  sealed interface Attribute {
    /// The message.
    Wire encoded();

    /// A whole number.
    record Int(String name, long value) implements Attribute {
      @Override
      public Wire encoded() {
        return new Wire().text(1, name).number(3, value).number(20, 2);
      }
    }

    /// A float.
    record Real(String name, float value) implements Attribute {
      @Override
      public Wire encoded() {
        return new Wire().text(1, name).real(2, value).number(20, 1);
      }
    }

    /// Whole numbers.
    record Ints(String name, long... values) implements Attribute {
      @Override
      public Wire encoded() {
        Wire wire = new Wire().text(1, name).number(20, 7);
        for (long value : values) {
          wire.number(8, value);
        }
        return wire;
      }
    }
  }
}
