package dev.d2v.cli.run;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import org.jspecify.annotations.Nullable;

/// A [PrintStream] that can say why a write failed: others only say that one did.
public final class Output extends PrintStream {
  private final Sink sink;

  private Output(Sink sink, Charset charset) {
    super(new BufferedOutputStream(sink), true, charset);
    this.sink = sink;
  }

  /// Text in a charset to bytes.
  public static Output of(OutputStream bytes, Charset charset) {
    return new Output(new Sink(bytes), charset);
  }

  /// The first failure, once [#checkError] has found that there was one.
  IOException failure() {
    IOException first = sink.first;
    return first == null ? new IOException("it was closed") : first;
  }

  /// Passes everything on and keeps the first failure.
  private static final class Sink extends OutputStream {
    private final OutputStream bytes;
    private @Nullable IOException first;

    Sink(OutputStream bytes) {
      this.bytes = bytes;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] from, int at, int length) throws IOException {
      try {
        bytes.write(from, at, length);
      } catch (IOException e) {
        throw kept(e);
      }
    }

    @Override
    public void flush() throws IOException {
      try {
        bytes.flush();
      } catch (IOException e) {
        throw kept(e);
      }
    }

    @Override
    public void close() throws IOException {
      bytes.close();
    }

    private IOException kept(IOException e) {
      if (first == null) {
        first = e;
      }
      return e;
    }
  }
}
