package dev.d2v.nn;

import dev.d2v.tensor.DType;

/// In how many bits a model that only infers keeps its weights; what it computes is F32 whatever
/// they are kept in. Biases, norms, positions, and what a layer asks to be left alone
/// ([ParameterScope#exact]) stay F32.
public enum Storage {
  /// 4 bytes a number, as trained.
  F32,
  /// 2 bytes a number: the upper half of an F32, a relative error of at most 2^-9.
  BF16,
  /// 1 byte a number in linear layers and tables of tokens, symmetric, with a scale for each row
  /// (output channel); convolutions and tables of biases in BF16.
  INT8;

  /// What a parameter is to its layer, which decides how it may be kept.
  public enum Use {
    /// Read as it is: F32.
    PLAIN,
    /// (rows,K), the right operand of a product or a table of rows.
    ROWS,
    /// The kernel of a convolution, or a table of biases of scores: widened as a whole before it is
    /// used.
    FILTER
  }

  /// The type in which this keeps a parameter.
  public DType of(Use use) {
    return switch (this) {
      case F32 -> DType.F32;
      case BF16 -> use == Use.PLAIN ? DType.F32 : DType.BF16;
      case INT8 ->
          switch (use) {
            case PLAIN -> DType.F32;
            case ROWS -> DType.I8;
            case FILTER -> DType.BF16;
          };
    };
  }
}
