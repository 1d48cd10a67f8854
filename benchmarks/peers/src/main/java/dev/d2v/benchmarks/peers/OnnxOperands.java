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
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// The inputs of one case of ONNX Runtime, and its result, which has a place of its own.
final class OnnxOperands {
  private static final int ALIGNMENT = 64;

  private final OrtEnvironment environment;
  private final Map<String, OnnxTensor> inputs = new LinkedHashMap<>();

  OnnxOperands(OrtEnvironment environment) {
    this.environment = environment;
  }

  /// The input of that name.
  void floats(String name, long... shape) throws OrtException {
    of(name, Inputs.floats(name, buffer(shape).capacity()), shape);
  }

  /// An input of these numbers.
  void of(String name, float[] values, long... shape) throws OrtException {
    FloatBuffer buffer = buffer(shape).put(values).rewind();
    inputs.put(name, OnnxTensor.createTensor(environment, buffer, shape));
  }

  /// Rows' numbers.
  void indices(String name, int size, int rows) throws OrtException {
    whole(name, Inputs.indices(name, size, rows), size);
  }

  /// An I64 input of these numbers.
  void whole(String name, int[] values, long... shape) throws OrtException {
    LongBuffer buffer = LongBuffer.allocate(values.length);
    for (int value : values) {
      buffer.put(value);
    }
    inputs.put(name, OnnxTensor.createTensor(environment, buffer.rewind(), shape));
  }

  /// An I64 input of ones.
  void ones(String name, int rows, int columns) throws OrtException {
    int[] values = new int[rows * columns];
    Arrays.fill(values, 1);
    whole(name, values, rows, columns);
  }

  /// A task that runs the model with these inputs.
  ///
  /// @param output the name of its only output
  /// @param order (batch, channels, places), whose last two are to be exchanged in the result; or
  ///   empty
  Task task(
      byte[] model, OrtSession.SessionOptions options, String output, long[] shape, long[] order)
      throws OrtException {
    FloatBuffer result = buffer(shape);
    OnnxTensor place = OnnxTensor.createTensor(environment, result, shape);
    OrtSession session = environment.createSession(model, options);
    return new SessionTask(session, inputs, Map.of(output, place), result, order.clone());
  }

  /// A task that runs the model of a file; the shape of its output shows when it has run.
  Task task(Path model, OrtSession.SessionOptions options, String output) throws OrtException {
    OrtSession session = environment.createSession(model.toString(), options);
    return new NetworkTask(session, inputs, output);
  }

  private record NetworkTask(OrtSession session, Map<String, OnnxTensor> inputs, String output)
      implements Task {
    @Override
    public void run() {
      try (OrtSession.Result _ = session.run(inputs, Set.of(output))) {
        // a result is freed with what holds it
      } catch (OrtException e) {
        throw new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
      }
    }

    @Override
    public float[] result() {
      try (OrtSession.Result result = session.run(inputs, Set.of(output))) {
        FloatBuffer values = ((OnnxTensor) result.get(0)).getFloatBuffer();
        float[] copy = new float[values.remaining()];
        values.get(copy);
        return copy;
      } catch (OrtException e) {
        throw new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
      }
    }

    @Override
    public void close() {
      try {
        session.close();
      } catch (OrtException e) {
        throw new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
      }
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  private static FloatBuffer buffer(long... shape) {
    long size = 1;
    for (long extent : shape) {
      size *= extent;
    }
    return ByteBuffer.allocateDirect(Math.toIntExact(Float.BYTES * size + 2 * ALIGNMENT))
        .alignedSlice(ALIGNMENT)
        .limit(Math.toIntExact(Float.BYTES * size))
        .slice()
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  private record SessionTask(
      OrtSession session,
      Map<String, OnnxTensor> inputs,
      Map<String, OnnxTensor> outputs,
      FloatBuffer place,
      long[] order)
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
      if (order.length == 0) {
        return values;
      }
      int channels = (int) order[1];
      int places = (int) order[2];
      float[] moved = new float[values.length];
      for (int i = 0; i < values.length; i++) {
        int sample = i / (channels * places);
        int channel = i / places % channels;
        moved[(sample * places + i % places) * channels + channel] = values[i];
      }
      return moved;
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
