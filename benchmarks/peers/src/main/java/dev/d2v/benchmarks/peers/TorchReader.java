package dev.d2v.benchmarks.peers;

import dev.d2v.tensor.io.Safetensors;
import dev.d2v.tensor.io.TensorFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/// Reads tensors of a file into libtorch's own memory, without a copy on the Java heap: it would
/// count as memory of libtorch's.
///
/// @param file what is read
/// @param channel the same file
record TorchReader(Safetensors file, FileChannel channel) implements AutoCloseable {
  static TorchReader open(Safetensors file) throws IOException {
    return new TorchReader(file, FileChannel.open(file.path(), StandardOpenOption.READ));
  }

  /// The tensor of that name, F32 or I32.
  Tensor read(String name) throws IOException {
    TensorFile.Entry entry = file.entry(name);
    long[] shape = new long[entry.shape().rank()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = entry.shape().dim(i);
    }
    torch.ScalarType type =
        switch (entry.dtype()) {
          case "F32" -> torch.ScalarType.Float;
          case "I32" -> torch.ScalarType.Int;
          default -> throw new IOException(name + ": F32 or I32 expected, got " + entry.dtype());
        };
    Tensor tensor = torch.empty(shape, new TensorOptions(type), null);
    ByteBuffer bytes =
        new BytePointer(tensor.data_ptr()).capacity(entry.end() - entry.begin()).asByteBuffer();
    long at = entry.begin();
    while (bytes.hasRemaining()) {
      int read = channel.read(bytes, at);
      if (read < 0) {
        throw new EOFException(entry.file() + " ends within " + name);
      }
      at += read;
    }
    return tensor;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
