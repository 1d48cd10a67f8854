package dev.d2v.export;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// An exported model, run by onnxruntime.
final class Exported implements AutoCloseable {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;

  Exported(Path file) throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      this.session = environment.createSession(file.toString(), options);
    }
  }

  /// The strings that the model carries.
  Map<String, String> metadata() throws OrtException {
    return session.getMetadata().getCustomMetadata();
  }

  /// What it makes of a batch.
  ///
  /// @param dims of the pixels of an image; none for sequences
  Received run(Sent sent, long... dims) throws OrtException {
    Map<String, OnnxTensor> inputs = new HashMap<>();
    long[] sequence = {sent.samples(), sent.length()};
    try {
      if (sent.ids().length > 0) {
        long[] ids = Arrays.stream(sent.ids()).asLongStream().toArray();
        inputs.put(
            "input_ids", OnnxTensor.createTensor(environment, LongBuffer.wrap(ids), sequence));
      } else if (dims.length > 0) {
        long[] shape = {sent.samples(), dims[0], dims[1], dims[2]};
        inputs.put("pixel_values", floats(sent.floats(), shape));
      } else {
        inputs.put("input_values", floats(sent.floats(), sequence));
      }
      if (dims.length == 0) {
        LongBuffer mask = LongBuffer.wrap(sent.mask());
        inputs.put("attention_mask", OnnxTensor.createTensor(environment, mask, sequence));
      }
      try (OrtSession.Result result = session.run(inputs)) {
        return received(result);
      }
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  private OnnxTensor floats(float[] values, long[] shape) throws OrtException {
    return OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), shape);
  }

  private static Received received(OrtSession.Result result) {
    OnnxTensor tokens = tensor(result, "last_hidden_state");
    long[] shape = tokens.getInfo().getShape();
    float[] all = new float[(int) (shape[0] * shape[1] * shape[2])];
    tokens.getFloatBuffer().get(all);
    FloatBuffer vectors = tensor(result, "embedding").getFloatBuffer();
    float[] pooled = new float[vectors.remaining()];
    vectors.get(pooled);
    int[] there =
        result
            .get("token_mask")
            .map(mask -> ints(((OnnxTensor) mask).getLongBuffer()))
            .orElse(null);
    return new Received(all, pooled, there, (int) shape[0], (int) shape[1], (int) shape[2]);
  }

  private static int[] ints(LongBuffer values) {
    int[] out = new int[values.remaining()];
    Arrays.setAll(out, i -> (int) values.get(i));
    return out;
  }

  private static OnnxTensor tensor(OrtSession.Result result, String name) {
    return (OnnxTensor) result.get(name).orElseThrow();
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
