package dev.d2v.benchmarks.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.d2v.benchmarks.compare.Inputs;
import dev.d2v.benchmarks.compare.Task;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/// The inputs of one case of ONNX Runtime, and its result, which has a place of its own.
final class OnnxOperands {
  private static final int ALIGNMENT = 64;

  private final OrtEnvironment environment;
  private final Map<String, OnnxTensor> inputs = new LinkedHashMap<>();

  OnnxOperands(OrtEnvironment environment) {
    this.environment = environment;
  }

  /// The input of that name.
  OnnxOperands floats(String name, long... shape) throws OrtException {
    FloatBuffer buffer = buffer(shape);
    buffer.put(Inputs.floats(name, buffer.capacity())).rewind();
    inputs.put(name, OnnxTensor.createTensor(environment, buffer, shape));
    return this;
  }

  /// Rows' numbers.
  OnnxOperands indices(String name, int size, int rows) throws OrtException {
    LongBuffer buffer = LongBuffer.allocate(size);
    for (int index : Inputs.indices(name, size, rows)) {
      buffer.put(index);
    }
    inputs.put(name, OnnxTensor.createTensor(environment, buffer.rewind(), new long[] {size}));
    return this;
  }

  /// A task that runs the model with these inputs; its only output has that name and shape.
  Task task(byte[] model, OrtSession.SessionOptions options, String output, long... shape)
      throws OrtException {
    FloatBuffer result = buffer(shape);
    OnnxTensor place = OnnxTensor.createTensor(environment, result, shape);
    OrtSession session = environment.createSession(model, options);
    return new SessionTask(session, inputs, Map.of(output, place), result);
  }

  private static FloatBuffer buffer(long... shape) {
    long size = 1;
    for (long extent : shape) {
      size *= extent;
    }
    return ByteBuffer.allocateDirect(Math.toIntExact(Float.BYTES * size + ALIGNMENT))
        .alignedSlice(ALIGNMENT)
        .limit(Math.toIntExact(Float.BYTES * size))
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  private record SessionTask(
      OrtSession session,
      Map<String, OnnxTensor> inputs,
      Map<String, OnnxTensor> outputs,
      FloatBuffer place)
      implements Task {
    @Override
    public void run() {
      try (OrtSession.Result _ = session.run(inputs, outputs)) {
        // the result is in its place
      } catch (OrtException e) {
        throw new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
      }
    }

    @Override
    public float[] result() {
      float[] values = new float[place.capacity()];
      place.duplicate().rewind().get(values);
      return values;
    }

    @Override
    public void close() {
      try {
        session.close();
      } catch (OrtException e) {
        throw new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
      }
      outputs.values().forEach(OnnxTensor::close);
      inputs.values().forEach(OnnxTensor::close);
    }
  }
}
