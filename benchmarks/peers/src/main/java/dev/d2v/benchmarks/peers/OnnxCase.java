package dev.d2v.benchmarks.peers;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.d2v.benchmarks.compare.Case;
import dev.d2v.benchmarks.compare.D2vEngine;
import dev.d2v.benchmarks.compare.Inputs;
import dev.d2v.benchmarks.compare.Operation;
import dev.d2v.benchmarks.compare.Task;
import dev.d2v.benchmarks.peers.OnnxGraph.Attribute;
import dev.d2v.tensor.kernel.ConvShape;
import java.util.Arrays;

/// A case as a model of ONNX.
final class OnnxCase {
  private final OnnxOperands operands;
  private final OnnxGraph graph = new OnnxGraph();
  private final Case z;
  private long[] result = {};
  private long[] resultOrder = {};

  OnnxCase(OnnxOperands operands, Case z) {
    this.operands = operands;
    this.z = z;
  }

  /// Whether there is such a model: ONNX Runtime has no backward here.
  boolean build() throws OrtException {
    switch (z.operation()) {
      case MATMUL_NN, MATMUL_NT, MATMUL_NT_GELU, MATMUL_TN -> product(z.dim(0), z.dim(1), z.dim(2));
      case ATTENTION_FORWARD -> attention(z.dim(0), z.dim(1), z.dim(2), z.dim(3));
      case LAYER_NORM_FORWARD, ADD_LAYER_NORM_FORWARD, LAYER_NORM_GELU_FORWARD ->
          layerNorm(z.dim(0), z.dim(1));
      case SOFTMAX_FORWARD -> {
        input("x", z.dim(0), z.dim(1));
        graph.node("Softmax", "x", "y");
        output(z.dim(0), z.dim(1));
      }
      case GELU_FORWARD -> {
        input("x", z.dim(0));
        graph.node("Gelu", "x", "y");
        output(z.dim(0));
      }
      case ADD -> {
        input("a", z.dim(0));
        input("b", z.dim(0));
        graph.node("Add", "a b", "y");
        output(z.dim(0));
      }
      case GATHER_ROWS -> {
        input("x", z.dim(1), z.dim(2));
        operands.indices("index", z.dim(0), z.dim(1));
        graph.input("index", OnnxGraph.INT64, z.dim(0)).node("Gather", "x index", "y");
        output(z.dim(0), z.dim(2));
      }
      case CONV_FORWARD -> convolution(z.conv());
      default -> {
        return false;
      }
    }
    return true;
  }

  Task task(OrtSession.SessionOptions options) throws OrtException {
    return operands.task(graph.toBytes(), options, "y", result, resultOrder);
  }

  private void input(String name, long... shape) throws OrtException {
    operands.floats(name, shape);
    graph.input(name, OnnxGraph.FLOAT, shape);
  }

  private void output(long... shape) {
    result = shape;
    graph.output("y", shape);
  }

  private void product(int m, int n, int k) throws OrtException {
    output(m, n);
    switch (z.operation()) {
      case MATMUL_NN -> {
        input("a", m, k);
        graph.weight("b", Inputs.floats("b", n * k), k, n).node("MatMul", "a b", "y");
      }
      case MATMUL_TN -> {
        input("a", k, m);
        input("b", k, n);
        input("c", m, n);
        graph.node("Gemm", "a b c", "y", new Attribute.Int("transA", 1));
      }
      default -> {
        input("a", m, k);
        boolean gelu = z.operation() == Operation.MATMUL_NT_GELU;
        graph
            .weight("b", Inputs.floats("b", n * k), n, k)
            .weight("bias", Inputs.floats("bias", n), n)
            .node("Gemm", "a b bias", gelu ? "pre" : "y", new Attribute.Int("transB", 1));
        if (gelu) {
          graph.node("Gelu", "pre", "y");
        }
      }
    }
  }

  /// The fused operator of its own domain, which wants q, k and v in three tensors.
  private void attention(int B, int T, int H, int D) throws OrtException {
    float[] qkv = Inputs.floats("qkv", B * T * 3 * H * D);
    int width = H * D;
    String[] names = {"q", "k", "v"};
    for (int part = 0; part < 3; part++) {
      float[] values = new float[B * T * width];
      for (int token = 0; token < B * T; token++) {
        System.arraycopy(qkv, (token * 3 + part) * width, values, token * width, width);
      }
      operands.of(names[part], values, B, T, width);
      graph.input(names[part], OnnxGraph.FLOAT, B, T, width);
    }
    graph.node(
        "com.microsoft", "MultiHeadAttention", "q k v", "y", new Attribute.Int("num_heads", H));
    output(B, T, width);
  }

  private void layerNorm(int rows, int C) throws OrtException {
    Attribute epsilon = new Attribute.Real("epsilon", D2vEngine.EPSILON);
    boolean affine = z.operation() != Operation.LAYER_NORM_GELU_FORWARD;
    float[] ones = new float[C];
    Arrays.fill(ones, 1);
    graph
        .weight("gamma", affine ? Inputs.floats("gamma", C) : ones, C)
        .weight("beta", affine ? Inputs.floats("beta", C) : new float[C], C);
    input("x", 1, rows, C);
    switch (z.operation()) {
      case ADD_LAYER_NORM_FORWARD -> {
        input("addend", 1, rows, C);
        graph.node("com.microsoft", "SkipLayerNormalization", "x addend gamma beta", "y", epsilon);
      }
      case LAYER_NORM_GELU_FORWARD -> {
        input("addend", 1, rows, C);
        graph
            .node("LayerNormalization", "x gamma beta", "normal", epsilon)
            .node("Gelu", "normal", "bent")
            .node("Add", "bent addend", "y");
      }
      default -> graph.node("LayerNormalization", "x gamma beta", "y", epsilon);
    }
    output(1, rows, C);
  }

  /// In its own layout, channels before places; the result is put into d2v's order.
  private void convolution(ConvShape s) throws OrtException {
    int places = s.height() * s.width();
    float[] x = Inputs.floats("x", s.inRows() * s.inChannels());
    float[] moved = new float[x.length];
    for (int row = 0; row < s.inRows(); row++) {
      int sample = row / places;
      for (int c = 0; c < s.inChannels(); c++) {
        moved[(sample * s.inChannels() + c) * places + row % places] = x[row * s.inChannels() + c];
      }
    }
    operands.of("x", moved, s.batch(), s.inChannels(), s.height(), s.width());
    int bottom =
        (s.outHeight() - 1) * s.strideHeight() + s.kernelHeight() - s.height() - s.padTop();
    int right = (s.outWidth() - 1) * s.strideWidth() + s.kernelWidth() - s.width() - s.padLeft();
    graph
        .input("x", OnnxGraph.FLOAT, s.batch(), s.inChannels(), s.height(), s.width())
        .weight(
            "w",
            Inputs.floats("w", s.weightSize()),
            s.outChannels(),
            s.inChannels() / s.groups(),
            s.kernelHeight(),
            s.kernelWidth())
        .weight("bias", Inputs.floats("bias", s.outChannels()), s.outChannels())
        .node(
            "Conv",
            "x w bias",
            "y",
            new Attribute.Ints("strides", s.strideHeight(), s.strideWidth()),
            new Attribute.Ints(
                "pads", s.padTop(), s.padLeft(), Math.max(0, bottom), Math.max(0, right)),
            new Attribute.Int("group", s.groups()));
    output(s.batch(), s.outChannels(), s.outHeight(), s.outWidth());
    resultOrder = new long[] {s.batch(), s.outChannels(), (long) s.outHeight() * s.outWidth()};
  }
}
