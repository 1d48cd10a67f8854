package dev.d2v.nn;

import dev.d2v.tensor.random.RandomStream;
import java.util.Arrays;

/// How a parameter starts. Sealed: the distributions of the official code and no others.
public sealed interface Initializer {
  /// All elements the same.
  record Constant(float value) implements Initializer {}

  /// N(0, std^2).
  record Normal(float std) implements Initializer {}

  /// N(0, std^2) with the rows from `from` on, zeros before: extra tokens after the first.
  record NormalFrom(int from, float std, int rowSize) implements Initializer {}

  /// As `others`, but for one row of zeros: an embedding's padding.
  record ZeroRow(Initializer others, int row, int rowSize) implements Initializer {}

  /// U(-bound, bound).
  record Uniform(float bound) implements Initializer {}

  /// Given numbers: tables such as sin-cos positions.
  record Values(float[] values) implements Initializer {}

  /// All zero.
  static Initializer zeros() {
    return new Constant(0);
  }

  /// All one.
  static Initializer ones() {
    return new Constant(1);
  }

  /// PyTorch's default for linear layers and convolutions, weight and bias: U(-1/sqrt(fanIn),
  /// 1/sqrt(fanIn)).
  static Initializer torchDefault(int fanIn) {
    return new Uniform((float) (1 / Math.sqrt(fanIn)));
  }

  /// Xavier uniform: U(-sqrt(6/(fanIn+fanOut)), +).
  static Initializer xavier(int fanIn, int fanOut) {
    return new Uniform((float) Math.sqrt(6.0 / (fanIn + fanOut)));
  }

  /// BERT's: N(0, 0.02^2).
  static Initializer bert() {
    return new Normal(0.02f);
  }

  /// BERT's for a table of embeddings with C channels: N(0, 0.02^2), the padding's row zero.
  static Initializer embedding(int padding, int C) {
    return new ZeroRow(bert(), padding, C);
  }

  /// The numbers for `size` elements.
  default float[] draw(int size, RandomStream random) {
    if (this instanceof Values v && v.values.length != size) {
      throw new IllegalArgumentException(
          "initial values: expected " + size + " numbers, got " + v.values.length);
    }
    float[] out = new float[size];
    draw(out, 0, random);
    return out;
  }

  /// The numbers for elements from `from` on, as many as `out` takes. Pieces follow one another.
  default void draw(float[] out, int from, RandomStream random) {
    switch (this) {
      case Constant c -> Arrays.fill(out, c.value);
      case Normal n -> {
        for (int i = 0; i < out.length; i++) {
          out[i] = (float) (n.std * random.nextGaussian());
        }
      }
      case NormalFrom n -> {
        for (int i = 0; i < out.length; i++) {
          boolean zero = from + i < n.from * n.rowSize;
          out[i] = zero ? 0 : (float) (n.std * random.nextGaussian());
        }
      }
      case ZeroRow z -> {
        z.others.draw(out, from, random);
        int first = Math.clamp(z.row * z.rowSize - from, 0, out.length);
        int end = Math.clamp((z.row + 1) * z.rowSize - from, 0, out.length);
        Arrays.fill(out, first, end, 0);
      }
      case Uniform u -> {
        for (int i = 0; i < out.length; i++) {
          out[i] = (float) (u.bound * (2 * random.nextDouble() - 1));
        }
      }
      case Values v -> System.arraycopy(v.values, from, out, 0, out.length);
    }
  }
}
