package dev.d2v.model.train;

import dev.d2v.model.Data2Vec2;
import dev.d2v.model.image.ImageConfig;
import dev.d2v.nn.Pass;
import dev.d2v.tensor.DType;
import dev.d2v.tensor.Shape;
import dev.d2v.tensor.Tensor;
import dev.d2v.tensor.Workspace;
import dev.d2v.tensor.spi.Backend;

/// Pools the student's features of whole images into one vector a sample: for probes, neighbours
/// and maps.
///
/// `v = mean over the last n blocks of pool(block output)`, pool = mean over patches, the CLS
/// token, or both.
public final class FeatureReader {
  /// Samples that go through the model at once.
  public static final int BATCH = 50;

  private final Data2Vec2 model;
  private final ProbeConfig probe;
  private final Workspace workspace;

  /// A reader over a workspace of which it takes what [StepPlan#featureBytes] says.
  public FeatureReader(Data2Vec2 model, ProbeConfig probe, Workspace workspace) {
    this.model = model;
    this.probe = probe;
    this.workspace = workspace;
  }

  /// Length of a vector.
  public int width() {
    int C = model.config().embedDim();
    return probe.pooling() == ProbeConfig.Pooling.MEAN_AND_CLS ? 2 * C : C;
  }

  /// The vectors of `count` images (count,channels,H,W), flat.
  public float[][] read(float[] images, int count) {
    int per = images.length / Math.max(count, 1);
    float[][] out = new float[count][];
    for (int from = 0; from < count; from += BATCH) {
      int n = Math.min(BATCH, count - from);
      float[] part = new float[n * per];
      System.arraycopy(images, from * per, part, 0, part.length);
      float[] pooled = batch(part, n);
      for (int i = 0; i < n; i++) {
        out[from + i] = java.util.Arrays.copyOfRange(pooled, i * width(), (i + 1) * width());
      }
    }
    return out;
  }

  /// Runs one batch on shapes alone.
  void plan() {
    ImageConfig image = model.config().image();
    int per = image.channels() * image.imageSize() * image.imageSize();
    batch(new float[BATCH * per], BATCH);
  }

  private float[] batch(float[] images, int B) {
    ImageConfig image = model.config().image();
    Backend backend = model.backend();
    int C = model.config().embedDim();
    int E = image.extraTokens();
    int T = image.tokens();
    try (var _ = workspace.mark()) {
      Pass pass = Pass.inference(backend.kernels(), workspace);
      Tensor source = pass.take(B, image.channels(), image.imageSize(), image.imageSize());
      backend.upload(source, images);
      Pooling pooling = new Pooling(B, T, E, C, pass);
      model.features(
          source,
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
    private final Tensor cls;
    private final Tensor first;
    private final Tensor second;

    private Pooling(int B, int T, int E, int C, Pass pass) {
      this.B = B;
      this.T = T;
      this.C = C;
      this.pass = pass;
      this.sum = pass.take(B, width());
      pass.kernels().elementwise().fill(sum, 0, sum.size());
      this.tokens = index(B * T, i -> i / T * (E + T) + E + i % T);
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
      java.util.Arrays.setAll(values, of);
      Tensor t = workspace.take(Shape.of(n), DType.I32);
      model.backend().upload(t, values);
      return t;
    }

    private void add(Tensor y) {
      try (var _ = workspace.mark()) {
        int rows = sum.shape().dim(0) * (width() / C);
        Tensor part = pass.take(rows, C);
        if (wantsMean()) {
          Tensor t = pass.take(B * T, C);
          pass.kernels().gather().gatherRows(t, y, null, tokens, B * T, C);
          Tensor mean = pass.take(B, C);
          pass.kernels().norm().meanTokens(mean, t, B, T, C);
          pass.kernels().gather().gatherRows(part, mean, null, first, rows, C);
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
  }
}
