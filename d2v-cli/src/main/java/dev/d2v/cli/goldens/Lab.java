package dev.d2v.cli.goldens;

import dev.d2v.model.Batch;
import dev.d2v.model.ModalityConfig;
import dev.d2v.model.Source;
import dev.d2v.model.image.ImageConfig;
import dev.d2v.model.speech.SpeechConfig;
import dev.d2v.model.text.TextConfig;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.Workspace;
import dev.d2v.tensor.kernel.Kernels;
import dev.d2v.tensor.kernel.StepNumbers;
import dev.d2v.tensor.spi.Backend;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A workspace on a backend, for trying a layer or a kernel on a case's tensors.
final class Lab implements AutoCloseable {
  private static final long BYTES = 128L << 20;

  private final Backend backend;
  private final Workspace workspace;

  Lab(Backend backend) {
    this.backend = backend;
    this.workspace = Workspace.of(backend, BYTES);
  }

  /// Forgets all tensors.
  void reset() {
    workspace.reset();
  }

  Backend backend() {
    return backend;
  }

  Kernels kernels() {
    return backend.kernels();
  }

  Tensor tensor(float[] values, int... dims) {
    Tensor t = workspace.take(Shape.of(dims));
    backend.upload(t, values);
    return t;
  }

  Tensor tensor(GoldenCase c, String name) {
    return tensor(c.floats(name), c.shape(name).toArray());
  }

  Tensor empty(int... dims) {
    return workspace.take(Shape.of(dims));
  }

  Tensor ints(int[] values, int... dims) {
    Tensor t = workspace.take(Shape.of(dims), DType.I32);
    backend.upload(t, values);
    return t;
  }

  float[] floats(Tensor t) {
    return backend.floats(t);
  }

  /// The case's raw input, as a model of that modality reads it.
  Source source(GoldenCase c, ModalityConfig modality, Pass pass) {
    String name = "input.source";
    int B = c.shape(name).dim(0);
    Batch batch =
        switch (modality) {
          case ImageConfig _ -> new Batch.Images(c.floats(name), B);
          case SpeechConfig _ -> new Batch.Waves(c.floats(name), B, lengths(c, B));
          case TextConfig _ -> new Batch.Texts(c.ints(name), B);
        };
    c.ignore("input.padding_mask");
    return Source.of(batch, modality, backend, pass);
  }

  /// Samples of each clip before its padding, or null when the case pads none.
  private static int @Nullable [] lengths(GoldenCase c, int B) {
    if (!c.has("input.padding_mask")) {
      return null;
    }
    int[] padding = c.ints("input.padding_mask");
    int N = padding.length / B;
    int[] lengths = new int[B];
    Arrays.setAll(lengths, b -> N - Arrays.stream(padding, b * N, (b + 1) * N).sum());
    return lengths;
  }

  StepNumbers numbers(float[] values) {
    float[] all = Arrays.copyOf(values, StepNumbers.FLOATS);
    return new StepNumbers(
        tensor(all, all.length), ints(new int[StepNumbers.INTS], StepNumbers.INTS));
  }

  /// A pass that can be differentiated, of update 0 with seed 0.
  Pass training() {
    return Pass.training(
        backend.kernels(), workspace, new Pass.Step(numbers(new float[0]), 0, 0, 0));
  }

  Pass inference() {
    return Pass.inference(backend.kernels(), workspace);
  }

  /// Gives a layer's parameters the values `prefix + name` of a case, and zero gradients.
  void bind(ParameterScope scope, GoldenCase c, String prefix) {
    for (Parameter p : scope.parameters()) {
      float[] values = c.floats(prefix + p.name());
      int[] dims = p.shape().toArray();
      Tensor gradient = p.trainable() ? tensor(new float[values.length], dims) : null;
      p.bind(tensor(values, dims), gradient);
    }
  }

  /// Compares the gradients that a backward left with `prefix + name`.
  void compareGradients(ParameterScope scope, GoldenCase c, String prefix, Comparison comparison) {
    List<Parameter> parameters = scope.parameters();
    for (Parameter p : parameters) {
      if (c.has(prefix + p.name())) {
        comparison.relative(
            prefix + p.name(),
            c.floats(prefix + p.name()),
            floats(p.gradient()),
            Tolerances.GRADIENT);
      }
    }
  }

  @Override
  public void close() {
    workspace.close();
  }
}
