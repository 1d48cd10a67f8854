package dev.d2v.nn;

import dev.d2v.tensor.random.RandomStream;

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
    float[] out = new float[size];
    switch (this) {
      case Constant c -> java.util.Arrays.fill(out, c.value);
      case Normal n -> {
        for (int i = 0; i < size; i++) {
          out[i] = (float) (n.std * random.nextGaussian());
        }
      }
      case NormalFrom n -> {
        for (int i = n.from * n.rowSize; i < size; i++) {
          out[i] = (float) (n.std * random.nextGaussian());
        }
      }
      case ZeroRow z -> {
        out = z.others.draw(size, random);
        java.util.Arrays.fill(out, z.row * z.rowSize, (z.row + 1) * z.rowSize, 0);
      }
      case Uniform u -> {
        for (int i = 0; i < size; i++) {
          out[i] = (float) (u.bound * (2 * random.nextDouble() - 1));
        }
      }
      case Values v -> {
        if (v.values.length != size) {
          throw new IllegalArgumentException(
              "initial values: expected " + size + " numbers, got " + v.values.length);
        }
        System.arraycopy(v.values, 0, out, 0, size);
      }
    }
    return out;
  }
}
