package dev.d2v.tensor.io;

import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.Backend;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A file whose quantised tensors are read as what they stand for: an I8 tensor `NAME` with an F32
/// tensor `NAME_scale` of one number a row is an F32 tensor `NAME`, `scale(i) * values(i,k)`, and
/// the scale is no tensor of its own. Others are as they are. It owns nothing: closing it does
/// nothing.
public final class RestoredTensors implements TensorFile {
  /// Behind a tensor's name, its scale's.
  public static final String SCALE = "_scale";

  private final TensorFile file;

  private RestoredTensors(TensorFile file) {
    this.file = file;
  }

  /// The tensors of a file.
  public static RestoredTensors of(TensorFile file) {
    return file instanceof RestoredTensors restored ? restored : new RestoredTensors(file);
  }

  /// Whether a tensor is kept as I8 with a scale.
  public boolean quantized(String name) {
    return quantized(file, name);
  }

  /// Whether a tensor of a file is kept as I8 with a scale.
  public static boolean quantized(TensorFile file, String name) {
    if (!file.has(name) || !file.has(name + SCALE)) {
      return false;
    }
    Entry values = file.entry(name);
    Entry scale = file.entry(name + SCALE);
    return values.dtype().equals("I8")
        && scale.dtype().equals("F32")
        && values.shape().rank() > 0
        && scale.shape().size() == values.shape().dim(0);
  }

  /// Whether a tensor of a file is the scale of another.
  public static boolean scale(TensorFile file, String name) {
    return name.endsWith(SCALE)
        && quantized(file, name.substring(0, name.length() - SCALE.length()));
  }

  /// The scales of a quantised tensor's rows.
  public float[] scales(String name) {
    return file.floats(name + SCALE);
  }

  /// Copies the values of a quantised tensor, without their scales, into an I8 tensor.
  public void readValues(String name, Tensor target, Backend backend) {
    file.read(name, target, backend);
  }

  @Override
  public Path path() {
    return file.path();
  }

  @Override
  public List<String> names() {
    return file.names().stream().filter(name -> !scale(file, name)).toList();
  }

  @Override
  public boolean has(String name) {
    return file.has(name) && !scale(file, name);
  }

  @Override
  public Map<String, String> metadata() {
    return file.metadata();
  }

  /// What the file says, of a quantised tensor with the type F32.
  @Override
  public Entry entry(String name) {
    Entry e = file.entry(name);
    return quantized(name) ? new Entry(name, "F32", e.shape(), e.file(), e.begin(), e.end()) : e;
  }

  @Override
  public float[] floats(String name) {
    float[] x = file.floats(name);
    if (quantized(name)) {
      float[] scales = scales(name);
      int K = scales.length == 0 ? 0 : x.length / scales.length;
      for (int i = 0; i < x.length; i++) {
        x[i] *= scales[i / K];
      }
    }
    return x;
  }

  @Override
  public int[] ints(String name) {
    if (quantized(name)) {
      throw new FormatException(
          path(), 0, "'" + name + "' to hold whole numbers", "quantised ones with a scale");
    }
    return file.ints(name);
  }

  @Override
  public void read(String name, Tensor target, Backend backend) {
    if (!quantized(name)) {
      file.read(name, target, backend);
      return;
    }
    TensorFile.checkTarget(entry(name), target);
    switch (target.type()) {
      case F32 -> backend.upload(target, floats(name));
      case BF16 -> backend.upload(target, Narrowing.bf16(floats(name)));
      case I32, I8, F16 ->
          throw new IllegalArgumentException(
              "%s: '%s' has a scale: it is read into F32 or BF16, got %s, or with readValues"
                  .formatted(path(), name, target));
    }
  }

  /// Of a quantised tensor nothing: what it stands for lies nowhere.
  @Override
  public Optional<Tensor> inPlace(String name) {
    return quantized(name) ? Optional.empty() : file.inPlace(name);
  }

  /// Nothing: the file belongs to whoever opened it.
  @Override
  public void close() {}
}
