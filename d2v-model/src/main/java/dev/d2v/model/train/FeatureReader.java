package dev.d2v.model.train;

import dev.d2v.model.Batch;
import dev.d2v.model.Data2Vec2;
import dev.d2v.model.Source;
import dev.d2v.model.TokenMean;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.Workspace;
import dev.d2v.tensor.spi.Backend;
import java.util.Arrays;
import java.util.function.IntConsumer;

/// Pools the student's features of whole samples into one vector a sample: for probes, neighbours
/// and maps.
///
/// `v = mean over the last n blocks of pool(block output)`, pool = mean over the tokens that are
/// not padding, the CLS token, or both.
public final class FeatureReader {
  /// Images that go through the model at once.
  public static final int BATCH = 50;

  private final Data2Vec2 model;
  private final ProbeConfig probe;
  private final Workspace workspace;
  private final IntConsumer told;

  /// Gives samples in order.
  @FunctionalInterface
  public interface Samples {
    /// The samples `from` to `from + count`.
    Batch batch(int from, int count);
  }

  /// A reader over a workspace of which it takes what [StepPlan#featureBytes] says.
  public FeatureReader(Data2Vec2 model, ProbeConfig probe, Workspace workspace) {
    this(model, probe, workspace, count -> {});
  }

  private FeatureReader(Data2Vec2 model, ProbeConfig probe, Workspace workspace, IntConsumer told) {
    this.model = model;
    this.probe = probe;
    this.workspace = workspace;
    this.told = told;
  }

  /// The same reader, which tells after every batch how many samples were in it.
  public FeatureReader telling(IntConsumer told) {
    return new FeatureReader(model, probe, workspace, told);
  }

  /// The shape in which samples are read that are trained in batches of this one.
  public static Batch.Shape shape(Batch.Shape trained) {
    return new Batch.Shape(trained.key(), size(trained.key()), trained.length());
  }

  /// Samples of a modality that go through the model at once.
  public static int size(String key) {
    return switch (key) {
      case "AUDIO" -> 4;
      case "TEXT" -> 16;
      default -> BATCH;
    };
  }

  /// Length of a vector.
  public int width() {
    int C = model.config().embedDim();
    return probe.pooling() == ProbeConfig.Pooling.MEAN_AND_CLS ? 2 * C : C;
  }

  /// The vectors of `count` images (count,channels,H,W), flat.
  public float[][] read(float[] images, int count) {
    int per = images.length / Math.max(count, 1);
    return read(
        count,
        BATCH,
        (from, n) -> new Batch.Images(Arrays.copyOfRange(images, from * per, (from + n) * per), n));
  }

  /// The vectors of `count` samples, so many at once.
  public float[][] read(int count, int atOnce, Samples samples) {
    float[][] out = new float[count][];
    for (int from = 0; from < count; from += atOnce) {
      int n = Math.min(atOnce, count - from);
      float[] pooled = pool(samples.batch(from, n));
      for (int i = 0; i < n; i++) {
        out[from + i] = Arrays.copyOfRange(pooled, i * width(), (i + 1) * width());
      }
      told.accept(n);
    }
    return out;
  }

  /// Runs one batch on shapes alone.
  void plan(Batch.Shape shape) {
    pool(shape.padded());
  }

  /// The vectors (B,width) of one batch.
  public float[] pool(Batch batch) {
    Backend backend = model.backend();
    try (var _ = workspace.mark()) {
      Pass pass = Pass.inference(backend.kernels(), workspace);
      Source source = Source.of(batch, model.config().modality(batch.key()), backend, pass);
      Pooling pooling = new Pooling(source, pass);
      model.features(
          source,
          null,
          (i, y, output) -> {
            if (output && i >= model.config().depth() - probe.layers()) {
              pooling.add(y);
            }
          },
          pass);
      return backend.floats(pooling.sum);
    }
  }

  /// The running mean over layers of one batch.
  private final class Pooling {
    private final int B;
    private final int T;
    private final int C;
    private final Pass pass;
    private final Tensor sum;
    private final Tensor tokens;
    private final TokenMean mean;
    private final Tensor cls;
    private final Tensor first;
    private final Tensor second;

    private Pooling(Source source, Pass pass) {
      int E = source.modality().extraTokens();
      this.B = source.samples();
      this.T = source.tokens();
      this.C = model.config().embedDim();
      this.pass = pass;
      this.sum = pass.take(B, width());
      pass.kernels().elementwise().fill(sum, 0, sum.size());
      this.tokens = index(B * T, i -> i / T * (E + T) + E + i % T);
      this.mean = TokenMean.of(source.padding(), B, T, model.backend(), pass);
      this.cls = index(B, i -> i * (E + T) + Math.max(0, E - 1));
      int parts = width() / C;
      this.first = index(B * parts, i -> i % parts == 0 && wantsMean() ? i / parts : -1);
      this.second = index(B * parts, i -> i % parts == parts - 1 && wantsCls() ? i / parts : -1);
    }

    private boolean wantsMean() {
      return probe.pooling() != ProbeConfig.Pooling.CLS;
    }

    private boolean wantsCls() {
      return probe.pooling() != ProbeConfig.Pooling.MEAN;
    }

    private Tensor index(int n, java.util.function.IntUnaryOperator of) {
      int[] values = new int[n];
      Arrays.setAll(values, of);
      Tensor t = workspace.take(Shape.of(n), DType.I32);
      model.backend().upload(t, values);
      return t;
    }

    private void add(Tensor y) {
      try (var _ = workspace.mark()) {
        int rows = sum.shape().dim(0) * (width() / C);
        Tensor part = pass.take(rows, C);
        if (wantsMean()) {
          pass.kernels().gather().gatherRows(part, mean(y), null, first, rows, C);
          pass.kernels().elementwise().axpy(sum, part, 1f / probe.layers(), sum.size());
        }
        if (wantsCls()) {
          Tensor t = pass.take(B, C);
          pass.kernels().gather().gatherRows(t, y, null, cls, B, C);
          pass.kernels().gather().gatherRows(part, t, null, second, rows, C);
          pass.kernels().elementwise().axpy(sum, part, 1f / probe.layers(), sum.size());
        }
      }
    }

    /// The mean over a sample's tokens (B,C), padding left out.
    private Tensor mean(Tensor y) {
      Tensor t = pass.take(B * T, C);
      pass.kernels().gather().gatherRows(t, y, null, tokens, B * T, C);
      return mean.of(t, pass);
    }
  }
}
