package dev.d2v.cli.goldens;

import dev.d2v.model.Observer;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.Backend;
import java.util.LinkedHashMap;
import java.util.Map;

/// Keeps a host copy of every intermediate tensor of a step.
final class Capture implements Observer {
  private final Backend backend;
  private final Map<String, float[]> tensors = new LinkedHashMap<>();

  Capture(Backend backend) {
    this.backend = backend;
  }

  @Override
  public void see(String name, Tensor tensor) {
    if (tensor.type() == DType.F32) {
      tensors.put(name, backend.floats(tensor));
    } else if (tensor.type() == DType.I32) {
      int[] whole = backend.ints(tensor);
      float[] values = new float[whole.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = whole[i];
      }
      tensors.put(name, values);
    }
  }

  Map<String, float[]> tensors() {
    return tensors;
  }

  float[] get(String name) {
    float[] values = tensors.get(name);
    if (values == null) {
      throw new IllegalStateException("the model showed no tensor '" + name + "'");
    }
    return values;
  }
}
