package dev.d2v.embed;

import dev.d2v.nn.Storage;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// How an [Embedder] makes vectors and what it may use.
///
/// ```java
/// EmbedderOptions.defaults().layers(List.of(9, 10, 11, 12)).normalized(true).sessions(4)
/// ```
///
/// @param pooling over tokens
/// @param layers numbers, from 1, of the layers whose outputs are pooled and then averaged; empty:
///   the model's output, behind its last norm
/// @param normalized whether vectors are brought to length 1
/// @param sessions calls that may compute at once; further ones wait
/// @param threads of each session
/// @param batch most samples that go through the model together
/// @param padsSpeech whether clips of different lengths do; a vector then depends a little on its
///   batch, as with the published models, whose convolutions see the filling
/// @param teacher of a model with both, the teacher's weights instead of the student's
/// @param maxWorkspaceBytes most temporaries of a session; what needs more is refused
/// @param storage in how many bits the weights are kept; null: as the file has them, F32 unless
///   `d2v quantize` wrote it
/// @param mapped whether weights are used where they lie in the files' mappings, as far as they can
///   be: opening takes a tenth of the time, and processes share them. The files must not be written
///   to before the embedder is closed, which would end the process; replacing them, as `d2v` and
///   most programs do, is safe. False: weights are copied into memory of their own
public record EmbedderOptions(
    Pooling pooling,
    List<Integer> layers,
    boolean normalized,
    int sessions,
    int threads,
    int batch,
    boolean padsSpeech,
    boolean teacher,
    long maxWorkspaceBytes,
    @Nullable Storage storage,
    boolean mapped) {
  private static final long TWO_GIB = 2L << 30;

  /// Checks the numbers and copies the list.
  public EmbedderOptions {
    Objects.requireNonNull(pooling, "pooling: choose MEAN or FIRST");
    layers = List.copyOf(layers);
    if (sessions < 1 || threads < 1 || batch < 1 || maxWorkspaceBytes < 1) {
      throw new IllegalArgumentException(
          "sessions (%d), threads (%d), batch (%d) and maxWorkspaceBytes (%d) must be positive"
              .formatted(sessions, threads, batch, maxWorkspaceBytes));
    }
  }

  /// The mean over tokens of the output, as it is; one session with a thread for each core; 16
  /// samples; 2 GiB.
  public static EmbedderOptions defaults() {
    int cores = Runtime.getRuntime().availableProcessors();
    return new EmbedderOptions(
        Pooling.MEAN, List.of(), false, 1, cores, 16, false, false, TWO_GIB, null, false);
  }

  /// With another pooling.
  public EmbedderOptions pooling(Pooling other) {
    return new EmbedderOptions(
        other,
        layers,
        normalized,
        sessions,
        threads,
        batch,
        padsSpeech,
        teacher,
        maxWorkspaceBytes,
        storage,
        mapped);
  }

  /// With the average of these layers.
  public EmbedderOptions layers(List<Integer> other) {
    return new EmbedderOptions(
        pooling,
        other,
        normalized,
        sessions,
        threads,
        batch,
        padsSpeech,
        teacher,
        maxWorkspaceBytes,
        storage,
        mapped);
  }

  /// With vectors of length 1, or as they are.
  public EmbedderOptions normalized(boolean other) {
    return new EmbedderOptions(
        pooling,
        layers,
        other,
        sessions,
        threads,
        batch,
        padsSpeech,
        teacher,
        maxWorkspaceBytes,
        storage,
        mapped);
  }

  /// So many calls at once, the cores shared among them.
  public EmbedderOptions sessions(int other) {
    int cores = Runtime.getRuntime().availableProcessors();
    return sessions(other, Math.max(1, cores / Math.max(1, other)));
  }

  /// So many calls at once, each with so many threads.
  public EmbedderOptions sessions(int other, int threadsEach) {
    return new EmbedderOptions(
        pooling,
        layers,
        normalized,
        other,
        threadsEach,
        batch,
        padsSpeech,
        teacher,
        maxWorkspaceBytes,
        storage,
        mapped);
  }

  /// With at most so many samples together.
  public EmbedderOptions batch(int other) {
    return new EmbedderOptions(
        pooling,
        layers,
        normalized,
        sessions,
        threads,
        other,
        padsSpeech,
        teacher,
        maxWorkspaceBytes,
        storage,
        mapped);
  }

  /// With clips of different lengths together, or not.
  public EmbedderOptions padsSpeech(boolean other) {
    return new EmbedderOptions(
        pooling,
        layers,
        normalized,
        sessions,
        threads,
        batch,
        other,
        teacher,
        maxWorkspaceBytes,
        storage,
        mapped);
  }

  /// With the teacher's weights, or the student's.
  public EmbedderOptions teacher(boolean other) {
    return new EmbedderOptions(
        pooling,
        layers,
        normalized,
        sessions,
        threads,
        batch,
        padsSpeech,
        other,
        maxWorkspaceBytes,
        storage,
        mapped);
  }

  /// With at most so many bytes of temporaries a session.
  public EmbedderOptions maxWorkspaceBytes(long other) {
    return new EmbedderOptions(
        pooling,
        layers,
        normalized,
        sessions,
        threads,
        batch,
        padsSpeech,
        teacher,
        other,
        storage,
        mapped);
  }

  /// With weights kept in so many bits, whatever the file has.
  public EmbedderOptions storage(Storage other) {
    return new EmbedderOptions(
        pooling,
        layers,
        normalized,
        sessions,
        threads,
        batch,
        padsSpeech,
        teacher,
        maxWorkspaceBytes,
        other,
        mapped);
  }

  /// With weights used in the files' mappings, or copied.
  public EmbedderOptions mapped(boolean other) {
    return new EmbedderOptions(
        pooling,
        layers,
        normalized,
        sessions,
        threads,
        batch,
        padsSpeech,
        teacher,
        maxWorkspaceBytes,
        storage,
        other);
  }
}
