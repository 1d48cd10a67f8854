package dev.d2v.benchmarks.compare;

import java.util.List;

/// A library that d2v is measured against.
///
/// @param name its name
/// @param column its name in a table, short
/// @param mainClass what serves it
/// @param oneThread whether it cannot use more
public record Rival(String name, String column, String mainClass, boolean oneThread) {
  private static final String PACKAGE = "dev.d2v.benchmarks.peers.";

  /// All of them, the fastest at products first.
  public static List<Rival> all() {
    return List.of(
        new Rival("oneDNN", "dnnl", PACKAGE + "OneDnn", false),
        new Rival("ONNX Runtime", "ort", PACKAGE + "OnnxRuntime", false),
        new Rival("libtorch", "torch", PACKAGE + "Torch", false),
        new Rival("MKL", "mkl", PACKAGE + "Mkl", false),
        new Rival("OpenBLAS", "obl", PACKAGE + "OpenBlas", false),
        new Rival("netlib", "netl", PACKAGE + "NetlibBlas", true),
        new Rival("jvector", "jvec", PACKAGE + "Jvector", true),
        new Rival("EJML", "ejml", PACKAGE + "Ejml", false));
  }
}
