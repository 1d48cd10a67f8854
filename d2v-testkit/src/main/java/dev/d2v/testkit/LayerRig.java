package dev.d2v.testkit;

import dev.d2v.nn.Layer;
import dev.d2v.nn.Parameter;
import dev.d2v.nn.ParameterScope;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.ParameterMemory;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.Workspace;
import dev.d2v.tensor.kernel.StepNumbers;
import dev.d2v.tensor.spi.Backend;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// One layer on a backend of its own, its parameters bound to memory and filled with N(0, 1/4), its
/// workspace poisoned.
public final class LayerRig implements AutoCloseable {
  private static final long BYTES = 1 << 20;
  private static final long SEED = 7;

  private final Backend backend;
  private final Layer layer;
  private final Workspace constants;
  private final Workspace workspace;
  private final ParameterMemory memory;
  private final List<Parameter> parameters;
  private final StepNumbers numbers;

  /// Makes the layer under test, when everything it needs is open.
  @FunctionalInterface
  public interface Maker {
    /// The layer.
    ///
    /// @param scope where it declares its parameters
    /// @param constants makes tensors that it is given and that outlive a pass
    Layer make(ParameterScope scope, Constants constants);
  }

  /// Tensors that outlive a pass.
  ///
  /// @param backend where they live
  /// @param workspace where they are taken from
  public record Constants(Backend backend, Workspace workspace) {
    /// I32 numbers.
    public Tensor ints(int[] values, int... dims) {
      Tensor t = workspace.take(Shape.of(dims), DType.I32);
      backend.upload(t, values);
      return t;
    }

    /// F32 numbers.
    public Tensor floats(float[] values, int... dims) {
      Tensor t = workspace.take(Shape.of(dims));
      backend.upload(t, values);
      return t;
    }
  }

  /// A layer on an opened backend, which the rig closes. A frozen one has no gradients.
  public LayerRig(Backend backend, Maker maker, boolean frozen) {
    this.backend = backend;
    this.constants = Workspace.of(backend, BYTES);
    this.workspace = Workspace.poisoned(backend, BYTES);
    ParameterScope scope = ParameterScope.root();
    this.layer = maker.make(scope, new Constants(backend, constants));
    this.parameters = List.copyOf(scope.parameters());
    this.memory = ParameterMemory.training(backend, Math.max(1, sizes(parameters)), 0);
    int at = 0;
    Random random = new Random(SEED);
    for (Parameter p : parameters) {
      int size = p.shape().intSize();
      Tensor value = memory.values().slice(at, at + size).reshape(p.shape().toArray());
      Tensor gradient = memory.gradients().slice(at, at + size).reshape(p.shape().toArray());
      p.bind(value, frozen ? null : gradient);
      backend.upload(value, normal(random, size, 0.5));
      at += size;
    }
    this.numbers =
        new StepNumbers(
            constants.take(Shape.of(StepNumbers.FLOATS), DType.F32),
            constants.take(Shape.of(StepNumbers.INTS), DType.I32));
    backend.upload(numbers.floats(), new float[StepNumbers.FLOATS]);
  }

  private static int sizes(List<Parameter> parameters) {
    return parameters.stream().mapToInt(p -> p.shape().intSize()).sum();
  }

  /// Numbers from N(0, std^2).
  public static float[] normal(Random random, int size, double std) {
    float[] out = new float[size];
    for (int i = 0; i < size; i++) {
      out[i] = (float) (std * random.nextGaussian());
    }
    return out;
  }

  /// What one training step gives.
  ///
  /// @param y the output
  /// @param dx the gradient of the input
  /// @param gradients those of the parameters, one after another
  public record Result(float[] y, float[] dx, float[] gradients) {
    /// Whether all are the same, bit for bit.
    public boolean same(Result other) {
      return Arrays.equals(y, other.y)
          && Arrays.equals(dx, other.dx)
          && Arrays.equals(gradients, other.gradients);
    }
  }

  /// A new pass of training update `update`.
  public Pass training(int update) {
    backend.upload(numbers.ints(), new int[] {(int) SEED, 0, update, 0});
    return Pass.training(backend.kernels(), workspace, new Pass.Step(numbers, SEED, update, 0));
  }

  /// A new inference pass.
  public Pass inference() {
    return Pass.inference(backend.kernels(), workspace);
  }

  /// An uploaded input or cotangent in the workspace.
  public Tensor upload(float[] values, Shape shape) {
    Tensor t = workspace.take(shape);
    backend.upload(t, values);
    return t;
  }

  /// The output of a forward pass, the workspace given back.
  public float[] forward(float[] x, Shape shape, Pass pass) {
    workspace.reset();
    return backend.floats(layer.forward(upload(x, shape), pass));
  }

  /// Forward and backward, gradients added to what is there.
  public Result step(float[] x, Shape shape, float[] cotangent, int update) {
    workspace.reset();
    Pass pass = training(update);
    Tensor input = upload(x, shape);
    Tensor y = layer.forward(input, pass);
    float[] output = backend.floats(y);
    Tensor dy = upload(cotangent, y.shape());
    long before = workspace.usedBytes();
    Tensor dx = layer.backward(dy, pass);
    require(pass.pending() == 0, "the backward left " + pass.pending() + " saved records");
    require(
        workspace.usedBytes() - before <= rounded(dx),
        "the backward left temporaries in the workspace: %d bytes, its result %s needs %d"
            .formatted(workspace.usedBytes() - before, dx, rounded(dx)));
    require(Arrays.equals(x, backend.floats(input)), "the input was overwritten");
    require(Arrays.equals(cotangent, backend.floats(dy)), "the output's gradient was overwritten");
    return new Result(output, backend.floats(dx), backend.floats(memory.gradients()));
  }

  /// The output of an inference pass, which must leave nothing but that behind.
  public float[] infer(float[] x, Shape shape) {
    workspace.reset();
    Pass pass = inference();
    Tensor input = upload(x, shape);
    long before = workspace.usedBytes();
    Tensor y = layer.forward(input, pass);
    require(pass.pending() == 0, "an inference pass saved " + pass.pending() + " records");
    require(
        workspace.usedBytes() - before <= rounded(y),
        "inference left temporaries in the workspace: %d bytes, its result %s needs %d"
            .formatted(workspace.usedBytes() - before, y, rounded(y)));
    return backend.floats(y);
  }

  private static long rounded(Tensor t) {
    return Math.ceilDiv(t.bytes(), Workspace.ALIGNMENT) * Workspace.ALIGNMENT;
  }

  private static void require(boolean condition, String sentence) {
    if (!condition) {
      throw new AssertionError(sentence);
    }
  }

  /// The parameters, in the order of their declaration.
  public List<Parameter> parameters() {
    return parameters;
  }

  /// The numbers of a parameter.
  public float[] value(Parameter p) {
    return backend.floats(p.value());
  }

  /// Replaces the numbers of a parameter.
  public void value(Parameter p, float[] values) {
    backend.upload(p.value(), values);
  }

  /// The gradient of a parameter.
  public float[] gradient(Parameter p) {
    return backend.floats(p.gradient());
  }

  @Override
  public void close() {
    memory.close();
    workspace.close();
    constants.close();
    backend.close();
  }
}
