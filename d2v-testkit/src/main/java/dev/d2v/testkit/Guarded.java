package dev.d2v.testkit;

import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.Workspace;
import dev.d2v.tensor.spi.Backend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Tensors for one kernel call in NaN-poisoned memory, each with guard words before and behind it
/// that the kernel must not touch.
public final class Guarded implements AutoCloseable {
  private static final int GUARD = 16;
  private static final float WORD = -12345.678f;

  private final Backend backend;
  private final Workspace workspace;
  private final List<Tensor> guards = new ArrayList<>();

  /// Memory for tensors of so many elements in all, on a backend.
  public Guarded(Backend backend, long elements) {
    this.backend = backend;
    this.workspace = Workspace.poisoned(backend, 4 * elements + 64 * 1024);
  }

  /// The backend.
  public Backend backend() {
    return backend;
  }

  /// An input.
  public Tensor floats(double[] values) {
    float[] host = new float[values.length];
    for (int i = 0; i < host.length; i++) {
      host[i] = (float) values[i];
    }
    Tensor t = output(values.length);
    backend.upload(t, host);
    return t;
  }

  /// An index.
  public Tensor ints(int[] values) {
    guard();
    Tensor t = workspace.take(Shape.of(values.length), DType.I32);
    guard();
    backend.upload(t, values);
    return t;
  }

  /// A weight in bytes.
  public Tensor bytes(byte[] values) {
    guard();
    Tensor t = workspace.take(Shape.of(values.length), DType.I8);
    guard();
    backend.upload(t, values);
    return t;
  }

  /// A weight of BF16 numbers, by their bits.
  public Tensor halves(short[] bits) {
    guard();
    Tensor t = workspace.take(Shape.of(bits.length), DType.BF16);
    guard();
    backend.upload(t, bits);
    return t;
  }

  /// An output of so many elements, NaN before the call.
  public Tensor output(int size) {
    guard();
    Tensor t = workspace.take(Shape.of(size));
    guard();
    float[] nan = new float[size];
    Arrays.fill(nan, Float.NaN);
    backend.upload(t, nan);
    return t;
  }

  private void guard() {
    Tensor g = workspace.take(Shape.of(GUARD));
    float[] words = new float[GUARD];
    Arrays.fill(words, WORD);
    backend.upload(g, words);
    guards.add(g);
  }

  /// Fails when a guard word was overwritten.
  public void check() {
    for (int i = 0; i < guards.size(); i++) {
      for (float word : backend.floats(guards.get(i))) {
        if (word != WORD) {
          throw new AssertionError(
              "a kernel wrote " + (i % 2 == 0 ? "before" : "behind") + " its tensor " + i / 2);
        }
      }
    }
  }

  @Override
  public void close() {
    workspace.close();
  }
}
