package dev.d2v.embed;

import dev.d2v.model.TokenMean;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.Workspace;
import dev.d2v.tensor.plan.PlanBackend;
import dev.d2v.tensor.spi.Backend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What one computing call needs besides the weights: threads and temporaries. It belongs to one
/// call at a time. The temporaries grow to the largest batch seen and stay.
final class Session implements AutoCloseable {
  private static final long UNLIMITED = 1L << 46;

  private final Backend backend;
  private final EmbedderOptions options;
  private @Nullable Workspace workspace;

  Session(EmbedderOptions options) {
    this.options = options;
    this.backend = Backend.cpu(options.threads());
  }

  /// Vectors (B,width), flat.
  float[] vectors(Engine engine, Rows rows) {
    Workspace room = room(engine, rows);
    try (var _ = room.mark()) {
      Pass pass = Pass.inference(backend.kernels(), room);
      float[] vectors = backend.floats(pooled(engine, rows, backend, pass, options));
      if (options.normalized()) {
        normalize(vectors, engine.width());
      }
      return vectors;
    }
  }

  /// Features of a batch of one sample.
  Encoding encoding(Engine engine, Rows rows) {
    Workspace room = room(engine, rows);
    try (var _ = room.mark()) {
      List<float[]> layers = new ArrayList<>();
      Engine.Forwarded f =
          engine.forward(
              rows,
              backend,
              (layer, tensor) -> layers.add(backend.floats(tensor)),
              Pass.inference(backend.kernels(), room));
      int tokens = f.output().shape().dim(1);
      return new Encoding(backend.floats(f.output()), layers, tokens, engine.width(), f.extra());
    }
  }

  private static Tensor pooled(
      Engine engine, Rows rows, Backend host, Pass pass, EmbedderOptions options) {
    List<Integer> layers = options.layers();
    int B = rows.samples();
    Tensor sum = pass.take(B, engine.width());
    List<Tensor> chosen = new ArrayList<>();
    Engine.Forwarded f =
        engine.forward(
            rows,
            host,
            (layer, output) -> {
              if (layers.contains(layer)) {
                chosen.add(output);
              }
            },
            pass);
    if (layers.isEmpty()) {
      chosen.add(f.output());
    }
    int T = f.output().shape().dim(1);
    TokenMean mean = TokenMean.of(f.padding(), f.extra(), B, T, host, pass);
    pass.kernels().elementwise().fill(sum, 0, sum.size());
    for (Tensor x : chosen) {
      Tensor one =
          options.pooling() == Pooling.MEAN
              ? mean.of(x, pass)
              : token(x, f.first(), rows, host, pass);
      pass.kernels().elementwise().axpy(sum, one, 1f / chosen.size(), sum.size());
    }
    return sum;
  }

  private static Tensor token(Tensor x, int first, Rows rows, Backend host, Pass pass) {
    if (first < 0) {
      throw new IllegalArgumentException(
          "pooling FIRST needs a token that stands for the whole sample, which this model of %s lacks: use MEAN"
              .formatted(rows.modality().noun()));
    }
    int B = x.shape().dim(0);
    int T = x.shape().dim(1);
    int C = x.shape().dim(2);
    int[] at = new int[B];
    Arrays.setAll(at, b -> b * T + first);
    Tensor index = pass.workspace().take(Shape.of(B), DType.I32);
    host.upload(index, at);
    Tensor y = pass.take(B, C);
    pass.kernels().gather().gatherRows(y, x, null, index, B, C);
    return y;
  }

  private static void normalize(float[] vectors, int width) {
    for (int from = 0; from < vectors.length; from += width) {
      double sum = 0;
      for (int i = from; i < from + width; i++) {
        sum += (double) vectors[i] * vectors[i];
      }
      double factor = sum == 0 ? 0 : 1 / Math.sqrt(sum);
      for (int i = from; i < from + width; i++) {
        vectors[i] = (float) (vectors[i] * factor);
      }
    }
  }

  /// A workspace in which the batch fits.
  private Workspace room(Engine engine, Rows rows) {
    long needed = planned(engine, rows);
    Workspace known = workspace;
    if (known != null && known.capacityBytes() >= needed) {
      return known;
    }
    if (needed > options.maxWorkspaceBytes()) {
      throw new IllegalArgumentException(
          "%d %s of length %d need %d MiB of temporaries, the limit is %d MiB: give fewer or shorter ones, or raise maxWorkspaceBytes"
              .formatted(
                  rows.samples(),
                  rows.modality().noun(),
                  rows.length(),
                  needed >> 20,
                  options.maxWorkspaceBytes() >> 20));
    }
    if (known != null) {
      workspace = null;
      known.close();
    }
    Workspace larger = Workspace.of(backend, needed);
    workspace = larger;
    return larger;
  }

  /// Bytes of temporaries that a batch takes, found on shapes alone.
  private long planned(Engine engine, Rows rows) {
    PlanBackend plan = new PlanBackend();
    try (Engine twin = engine.on(plan);
        Workspace room = Workspace.of(plan, UNLIMITED)) {
      Tensor _ = pooled(twin, rows, plan, Pass.inference(plan.kernels(), room), options);
      return room.peakBytes();
    }
  }

  @Override
  public void close() {
    if (workspace != null) {
      workspace.close();
    }
    backend.close();
  }
}
