package dev.d2v.export.onnx;

import dev.d2v.tensor.io.ReplacedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Writes graphs as ONNX files: `ModelProto`, constants within it or in a second file beside it.
///
/// All sizes are known before a number is there, so constants stream from wherever they lie to the
/// disk. Both files appear under their names when they are whole.
public final class OnnxFile {
  /// The version of the default operators; runtimes know it from 2023 on.
  public static final int OPSET = 20;

  private static final int IR_VERSION = 9;

  /// Behind the name of the model, that of the file of constants.
  public static final String EXTERNAL_SUFFIX = ".data";

  /// What a message may have; some readers stop there.
  private static final long LARGEST = Integer.MAX_VALUE;

  /// Smaller constants stay in the model: shapes and the like, which runtimes want at once.
  private static final long SMALL = 1024;

  /// Where constants begin in the second file, so that they can be mapped.
  private static final long ALIGN = 4096;

  private OnnxFile() {}

  /// What was written.
  ///
  /// @param bytes of the model
  /// @param externalBytes of the second file; 0: there is none
  public record Written(long bytes, long externalBytes) {}

  /// The file of a model's constants.
  public static Path external(Path model) {
    return model.resolveSibling(model.getFileName() + EXTERNAL_SUFFIX);
  }

  /// Whether a graph's constants need a file of their own.
  public static boolean tooLarge(Graph graph) {
    long constants = 0;
    for (Initializer initializer : graph.initializers()) {
      constants += initializer.bytes() + initializer.header().size() + SMALL;
    }
    return constants + graph.skeleton().size() > LARGEST - SMALL;
  }

  /// Writes a graph. Without constants in a file of their own, one that is there from before goes.
  ///
  /// @param metadata strings that the model carries
  /// @param separate whether large constants go to [#external]; [#tooLarge] says when they must
  public static Written write(
      Path model, Graph graph, Map<String, String> metadata, boolean separate) throws IOException {
    List<Part> parts = new ArrayList<>();
    long offset = 0;
    for (Initializer initializer : graph.initializers()) {
      boolean moved = separate && initializer.bytes() > SMALL;
      long at = (offset + ALIGN - 1) / ALIGN * ALIGN;
      parts.add(
          moved
              ? Part.outside(initializer, external(model).getFileName() + "", at)
              : Part.inside(initializer));
      offset = moved ? at + initializer.bytes() : offset;
    }
    long end = offset;
    if (separate) {
      ReplacedFile.write(
          external(model),
          channel -> {
            RawSink sink = new RawSink(channel);
            for (Part part : parts) {
              if (part.outside) {
                sink.put(new byte[Math.toIntExact(part.at - sink.written())]);
                part.content(sink);
              }
            }
            sink.flush();
          });
    }
    long bytes = writeModel(model, graph, metadata, parts);
    if (!separate) {
      // what an earlier model of this name left there means nothing any more
      Files.deleteIfExists(external(model));
    }
    return new Written(bytes, end);
  }

  private static long writeModel(
      Path model, Graph graph, Map<String, String> metadata, List<Part> parts) throws IOException {
    Wire skeleton = graph.skeleton();
    long length = skeleton.size();
    for (Part part : parts) {
      length += part.head.size() + (part.outside ? 0 : part.initializer.bytes());
    }
    Wire head = new Wire().number(1, IR_VERSION).text(2, "d2v");
    head.message(8, new Wire().text(1, "").number(2, OPSET));
    new TreeMap<>(metadata)
        .forEach((key, value) -> head.message(14, new Wire().text(1, key).text(2, value)));
    head.lengthOnly(7, length);
    long total = head.size() + length;
    if (total > LARGEST) {
      throw new IllegalArgumentException(
          "%s would have %d bytes, an ONNX file has at most %d: put the constants into a file of their own"
              .formatted(model, total, LARGEST));
    }
    ReplacedFile.write(
        model,
        channel -> {
          RawSink sink = new RawSink(channel);
          sink.put(head.toBytes());
          sink.put(skeleton.toBytes());
          for (Part part : parts) {
            sink.put(part.head.toBytes());
            if (!part.outside) {
              part.content(sink);
            }
          }
          sink.flush();
        });
    return total;
  }

  /// A constant and its place.
  ///
  /// @param head all of its message, with the key in the graph, up to numbers that follow
  /// @param outside whether they are in the second file
  /// @param at where there
  private record Part(Initializer initializer, Wire head, boolean outside, long at) {
    static Part inside(Initializer initializer) {
      Wire tensor = initializer.header().lengthOnly(9, initializer.bytes());
      return new Part(initializer, entry(tensor, initializer.bytes()), false, 0);
    }

    static Part outside(Initializer initializer, String file, long at) {
      Wire tensor = initializer.header();
      Map<String, String> where =
          Map.of("location", file, "offset", "" + at, "length", "" + initializer.bytes());
      new TreeMap<>(where)
          .forEach((key, value) -> tensor.message(13, new Wire().text(1, key).text(2, value)));
      return new Part(initializer, entry(tensor.number(14, 1), 0), true, at);
    }

    /// The tensor as an entry of the graph, of which `rest` bytes follow.
    private static Wire entry(Wire tensor, long rest) {
      byte[] bytes = tensor.toBytes();
      return new Wire().lengthOnly(5, bytes.length + rest).raw(bytes);
    }

    void content(RawSink sink) throws IOException {
      long before = sink.written();
      initializer.content().writeTo(sink);
      long got = sink.written() - before;
      if (got != initializer.bytes()) {
        throw new IllegalStateException(
            "constant %s has %d bytes, its content gave %d"
                .formatted(initializer.name(), initializer.bytes(), got));
      }
    }
  }
}
