package dev.d2v.tensor.io;

import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.spi.Backend;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Named tensors on disk, whatever the format: [Safetensors], [ShardedSafetensors], [TorchFile].
///
/// Opening checks every size that the file claims against the file's own length; numbers are read
/// when they are asked for. What is wrong is a [FormatException]. Reading is safe from several
/// threads until [#close].
public interface TensorFile extends AutoCloseable {
  /// One tensor of a file.
  ///
  /// @param name its name
  /// @param dtype its type as safetensors spells it: BOOL, U8, I8, U16, I16, F16, BF16, U32, I32,
  ///   F32, U64, I64, F64, ...
  /// @param shape its extents
  /// @param file the file that holds its numbers; a part of [#path()] when that is an index
  /// @param begin byte in that file at which its numbers begin
  /// @param end byte behind them
  record Entry(String name, String dtype, Shape shape, Path file, long begin, long end) {}

  /// The file that was opened.
  Path path();

  /// Names of all tensors, in the order of the file.
  List<String> names();

  /// What the file says of a tensor; a name that it does not have is an [IllegalArgumentException].
  Entry entry(String name);

  /// Free-form strings that the file carries beside its tensors.
  Map<String, String> metadata();

  /// A tensor's numbers, row-major, as floats: F32 and what it holds exactly, F16, BF16, whole
  /// numbers and BOOL; F64 and large whole numbers are rounded.
  float[] floats(String name);

  /// The numbers of an I32, I64, I16, I8, U8, U16 or BOOL tensor, row-major; an I64 that an int
  /// can't hold is a [FormatException].
  int[] ints(String name);

  /// Copies a tensor of the file into an F32 or I32 tensor of as many elements, in pieces,
  /// converted as by [#floats] or [#ints]; into a BF16 tensor, rounded to nearest; into an I8
  /// tensor, from I8 alone and as it is. Shapes may differ otherwise: a file's (1,T,C) is read into
  /// a (T,C).
  void read(String name, Tensor target, Backend backend);

  /// A tensor's numbers where they lie in the mapped file, to be read until [#close] and never
  /// written to; empty: they lie otherwise than a backend on the host reads them, in another order
  /// of bytes, across the bounds of elements, apart or packed.
  Optional<Tensor> inPlace(String name);

  /// Whether the file has a tensor of this name.
  default boolean has(String name) {
    return names().contains(name);
  }

  /// Ends the mapping; entries stay, numbers can't be read any more.
  @Override
  void close();

  /// Fails unless `target` can take a tensor of the file.
  static void checkTarget(Entry entry, Tensor target) {
    if (entry.shape().size() != target.size()
        || target.type() == DType.F16
        || (target.type() == DType.I8 && !entry.dtype().equals("I8"))) {
      throw new IllegalArgumentException(
          "%s: '%s' is %s %s and cannot be read into a tensor of %s"
              .formatted(entry.file(), entry.name(), entry.dtype(), entry.shape(), target));
    }
  }
}
