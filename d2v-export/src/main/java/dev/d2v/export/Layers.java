package dev.d2v.export;

import dev.d2v.export.onnx.Initializer;
import dev.d2v.export.onnx.OnnxType;
import dev.d2v.export.onnx.Ops;
import dev.d2v.export.onnx.RawSink;
import dev.d2v.export.onnx.Value;
import dev.d2v.nn.Parameter;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.Backend;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The layers that all architectures are made of, over a model's parameters.
///
/// @param ops adds to the graph
/// @param parameters by name
/// @param backend that holds them
/// @param int8 whether linear layers and tables of tokens are bytes
/// @param known constants that are in the graph already
record Layers(
    Ops ops,
    Map<String, Parameter> parameters,
    Backend backend,
    boolean int8,
    Map<String, Value> known) {
  private static final int CHUNK = 1 << 18;

  Layers(Ops ops, Map<String, Parameter> parameters, Backend backend, boolean int8) {
    this(ops, parameters, backend, int8, new HashMap<>());
  }

  /// Whether the model has a parameter of this name.
  boolean has(String name) {
    return parameters.containsKey(name);
  }

  /// The numbers of a parameter.
  float[] numbers(String name) {
    return backend.floats(required(name).value());
  }

  private Parameter required(String name) {
    Parameter p = parameters.get(name);
    if (p == null) {
      throw new IllegalStateException("the model has no parameter " + name);
    }
    return p;
  }

  /// A parameter in its own shape.
  Value parameter(String name) {
    int[] dims = required(name).shape().toArray();
    return parameter(name, Arrays.stream(dims).asLongStream().toArray());
  }

  /// A parameter under other extents.
  Value parameter(String name, long... dims) {
    Tensor value = required(name).value();
    return constant(name, dims, sink -> copy(value, sink));
  }

  /// Numbers that are made when the file is written.
  Value constant(String name, long[] dims, Initializer.Content content) {
    return constant(name, OnnxType.FLOAT, dims, content);
  }

  private Value constant(String name, OnnxType type, long[] dims, Initializer.Content content) {
    return known.computeIfAbsent(
        name, _ -> ops.graph().initializer(new Initializer(name, type, dims, content)));
  }

  private void copy(Tensor tensor, RawSink sink) throws IOException {
    int size = tensor.shape().intSize();
    Tensor flat = tensor.reshape(size);
    for (int from = 0; from < size; from += CHUNK) {
      sink.put(backend.floats(flat.slice(from, Math.min(size, from + CHUNK))));
    }
  }

  /// `y = x W^T + b`, with `NAME.weight` W (out,in) and `NAME.bias` b (out). x (...,in) y (...,out)
  Value linear(Value x, String name) {
    Parameter weight = required(name + ".weight");
    int out = weight.shape().dim(0);
    int in = weight.shape().dim(1);
    Value product = int8 ? bytes(x, name, in, out) : product(x, name, in, out);
    return ops.add(product, parameter(name + ".bias"));
  }

  private Value product(Value x, String name, int in, int out) {
    String weight = name + ".weight";
    Value w =
        constant(weight, new long[] {in, out}, sink -> sink.put(transposed(numbers(weight), in)));
    return ops.matmul(x, w);
  }

  /// The product of x, a scale and a zero point for all of it, and W, a scale for each row: in the
  /// order of operators that onnxruntime makes one of.
  private Value bytes(Value x, String name, int in, int out) {
    String weight = name + ".weight";
    Value w =
        constant(
            weight + "_int8",
            OnnxType.INT8,
            new long[] {in, out},
            sink -> sink.put(ByteRows.of(numbers(weight), in, ByteRows.FACTOR).transposed()));
    Value scales =
        constant(
            weight + "_scale",
            new long[] {out},
            sink -> sink.put(ByteRows.of(numbers(weight), in, ByteRows.FACTOR).scales()));
    List<Value> q = ops.quantize(x);
    Value sums = ops.cast(ops.matmulInteger(q.get(0), w, q.get(2)), OnnxType.FLOAT);
    return ops.mul(sums, ops.mul(q.get(1), scales));
  }

  /// Rows of a table (rows,C) by their ids (...): (...,C).
  Value rows(String name, Value ids) {
    if (!int8) {
      return ops.gather(parameter(name), ids, 0);
    }
    int rows = required(name).shape().dim(0);
    int C = required(name).shape().dim(1);
    Value table =
        constant(
            name + "_int8",
            OnnxType.INT8,
            new long[] {rows, C},
            sink -> sink.put(ByteRows.of(numbers(name), C, ByteRows.TABLE).values()));
    Value scales =
        constant(
            name + "_scale",
            new long[] {rows, 1},
            sink -> sink.put(ByteRows.of(numbers(name), C, ByteRows.TABLE).scales()));
    Value picked = ops.cast(ops.gather(table, ids, 0), OnnxType.FLOAT);
    return ops.mul(picked, ops.gather(scales, ids, 0));
  }

  /// (in,out) of W (out,in).
  private static float[] transposed(float[] w, int in) {
    int out = w.length / in;
    float[] t = new float[w.length];
    for (int o = 0; o < out; o++) {
      for (int i = 0; i < in; i++) {
        t[i * out + o] = w[o * in + i];
      }
    }
    return t;
  }

  /// A layer norm over C channels with `NAME.weight` and `NAME.bias`, or without them when the
  /// model has none.
  Value norm(Value x, String name, int C, double eps) {
    return has(name + ".weight")
        ? ops.layerNorm(x, parameter(name + ".weight"), parameter(name + ".bias"), (float) eps)
        : plainNorm(x, C, eps);
  }

  /// A layer norm over C channels that is not affine.
  Value plainNorm(Value x, int C, double eps) {
    return ops.layerNorm(x, filled("ones", 1, C), filled("zeros", 0, C), (float) eps);
  }

  private Value filled(String stem, float value, int C) {
    float[] values = new float[C];
    Arrays.fill(values, value);
    return constant(stem + "_" + C, new long[] {C}, sink -> sink.put(values));
  }

  /// x (B,T,C) as (B,C,T), or back.
  Value flipped(Value x) {
    return ops.transpose(x, 0, 2, 1);
  }

  /// A grouped convolution that keeps the length: K/2 zeros before, for even K one less behind. x,
  /// y (B,T,C)
  Value samePadded(Value x, String name, int groups) {
    int kernel = required(name + ".weight").shape().dim(2);
    Value y =
        ops.conv(
            List.of(flipped(x), parameter(name + ".weight"), parameter(name + ".bias")),
            groups,
            new long[] {1},
            kernel / 2,
            (kernel - 1) / 2);
    return flipped(y);
  }
}
