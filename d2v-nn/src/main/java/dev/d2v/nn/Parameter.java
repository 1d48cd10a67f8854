package dev.d2v.nn;

import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.kernel.StoredMatrix;
import org.jspecify.annotations.Nullable;

/// A named tensor that a model owns. Declared by a layer's constructor, bound once to memory when
/// the whole model is known.
public final class Parameter {
  private final String name;
  private final Shape shape;
  private final Initializer initializer;
  private final boolean trainable;
  private final Storage.Use use;
  private @Nullable Tensor value;
  private @Nullable StoredMatrix stored;
  private @Nullable Tensor gradient;

  Parameter(String name, Shape shape, Initializer initializer, boolean trainable, Storage.Use use) {
    this.name = name;
    this.shape = shape;
    this.initializer = initializer;
    this.trainable = trainable;
    this.use = use;
  }

  /// Dotted name, as in the published checkpoints.
  public String name() {
    return name;
  }

  /// Its extents.
  public Shape shape() {
    return shape;
  }

  /// How it starts.
  public Initializer initializer() {
    return initializer;
  }

  /// False for tables that no gradient touches (sin-cos positions): the teacher copies them.
  public boolean trainable() {
    return trainable;
  }

  /// Whether the intended reading of weight decay applies: false for one-dimensional parameters,
  /// biases and ALiBi scales. The official code decays everything; see docs/quirks.md.
  public boolean decaysAsIntended() {
    return shape.rank() > 1 && !name.endsWith(".bias") && !name.contains("alibi_scale");
  }

  /// Gives it memory; the gradient is null for inference and for frozen parameters.
  public void bind(Tensor value, @Nullable Tensor gradient) {
    this.value = value;
    this.gradient = gradient;
  }

  /// Gives it memory in fewer bits, for inference.
  public void bind(StoredMatrix stored) {
    this.stored = stored;
  }

  /// What it is to its layer.
  public Storage.Use use() {
    return use;
  }

  /// The value in fewer bits, or null: it is F32, in [#value].
  public @Nullable StoredMatrix stored() {
    return stored;
  }

  /// The value in F32: the parameter's own memory, or, where that has fewer bits, a temporary of
  /// the pass.
  public Tensor widened(Pass pass) {
    StoredMatrix narrow = stored;
    if (narrow == null) {
      return compute();
    }
    Tensor wide = pass.take(shape);
    int rows = shape.dim(0);
    pass.kernels().storage().widen(wide, narrow, rows, rows == 0 ? 0 : shape.intSize() / rows);
    return wide;
  }

  /// The value.
  public Tensor value() {
    if (stored != null) {
      throw new IllegalStateException(
          "parameter %s is kept as %s for inference, not in F32"
              .formatted(name, stored.values().type()));
    }
    if (value == null) {
      throw new IllegalStateException("parameter " + name + " has no memory yet: bind the model");
    }
    return value;
  }

  /// The tensor in the type that the pass computes in: the value itself in F32.
  public Tensor compute() {
    return value();
  }

  /// Whether gradients are wanted.
  public boolean hasGradient() {
    return gradient != null;
  }

  /// The gradient, which backward passes add to.
  public Tensor gradient() {
    if (gradient == null) {
      throw new IllegalStateException(
          "parameter " + name + " has no gradient: it is frozen or opened for inference");
    }
    return gradient;
  }

  @Override
  public String toString() {
    return name + " " + shape;
  }
}
