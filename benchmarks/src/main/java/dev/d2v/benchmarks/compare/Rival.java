package dev.d2v.benchmarks.compare;

import dev.d2v.cli.bench.Contender;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A library that d2v is measured against.
///
/// @param name its name
/// @param column its name in a table, short
/// @param mainClass what serves it
/// @param oneThread whether it cannot use more
/// @param environment what it needs to be at its best, beside the number of threads
public record Rival(
    String name,
    String column,
    String mainClass,
    boolean oneThread,
    Map<String, String> environment) {
  private static final String PACKAGE = "dev.d2v.benchmarks.peers.";

  // it has two sets of threads, its own and OpenBLAS's: spinning, one takes the other's cores, and
  // a product on two threads takes ten times as long as on one
  private static final Map<String, String> NO_SPINNING = Map.of("OMP_WAIT_POLICY", "PASSIVE");

  /// Copies the map.
  public Rival {
    environment = Map.copyOf(environment);
  }

  /// The same for training updates: OpenBLAS's threads are told to spin for 2^4 cycles, not 2^26,
  /// which is worth a sixth of an update of a small model.
  Rival training() {
    Map<String, String> more = new HashMap<>(environment);
    more.put("OPENBLAS_THREAD_TIMEOUT", "4");
    return new Rival(name, column, mainClass, oneThread, more);
  }

  /// Its names in a report.
  public Contender contender() {
    return new Contender(name, column);
  }

  /// All of them, the fastest at products first.
  public static List<Rival> all() {
    return List.of(
        new Rival("oneDNN", "dnnl", PACKAGE + "OneDnn", false, Map.of()),
        new Rival("ONNX Runtime", "ort", PACKAGE + "OnnxRuntime", false, Map.of()),
        new Rival("libtorch", "torch", PACKAGE + "Torch", false, NO_SPINNING),
        new Rival("MKL", "mkl", PACKAGE + "Mkl", false, Map.of()),
        new Rival("OpenBLAS", "obl", PACKAGE + "OpenBlas", false, Map.of()),
        new Rival("netlib", "netl", PACKAGE + "NetlibBlas", true, Map.of()),
        new Rival("jvector", "jvec", PACKAGE + "Jvector", true, Map.of()),
        new Rival("EJML", "ejml", PACKAGE + "Ejml", false, Map.of()));
  }
}
