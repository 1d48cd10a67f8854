package dev.d2v.nn;

import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// A named tensor that a model owns. Declared by a layer's constructor, bound once to memory when
/// the whole model is known.
public final class Parameter {
  private final String name;
  private final Shape shape;
  private final Initializer initializer;
  private final boolean trainable;
  private @Nullable Tensor value;
  private @Nullable Tensor gradient;

  Parameter(String name, Shape shape, Initializer initializer, boolean trainable) {
    this.name = name;
    this.shape = shape;
    this.initializer = initializer;
    this.trainable = trainable;
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

  /// The value.
  public Tensor value() {
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
