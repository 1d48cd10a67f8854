package dev.d2v.cli.job;

import dev.d2v.cli.report.Exhibit;
import dev.d2v.cli.report.Panels;
import dev.d2v.cli.report.Picture;
import dev.d2v.cli.report.ReportData;
import dev.d2v.cli.report.ReportWriter;
import dev.d2v.cli.run.MetricsLog;
import dev.d2v.data.eval.Features;
import dev.d2v.data.eval.KNearest;
import dev.d2v.data.eval.Pca;
import dev.d2v.model.Masks;
import dev.d2v.model.image.ImageConfig;
import dev.d2v.model.train.Recipe;
import dev.d2v.nn.Streams;
import dev.d2v.tensor.random.RandomStream;
import dev.d2v.tensor.spi.Backend;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Gathers what a run's report shows: the curves from `metrics.jsonl`, images with masks, the map
/// of the embeddings, neighbours, scores, machine and settings.
final class RunReport {
  private static final int MASKED_IMAGES = 4;
  private static final int MASKS_EACH = 3;
  private static final int MAP_POINTS = 1_000;
  private static final int QUERIES = 8;
  private static final int NEIGHBOURS = 6;

  private final Recipe recipe;
  private final RunData data;
  private final Evaluation evaluation;
  private final Evaluation.Vectors vectors;
  private final List<String> classes;

  private RunReport(
      Recipe recipe, RunData data, Evaluation evaluation, Evaluation.Vectors vectors) {
    this.recipe = recipe;
    this.data = data;
    this.evaluation = evaluation;
    this.vectors = vectors;
    this.classes = data.splits().heldOut().classNames();
  }

  static void write(
      RunFolder folder,
      Recipe recipe,
      RunData data,
      Evaluation evaluation,
      Evaluation.Vectors vectors,
      Map<String, Scores> scores,
      Backend backend)
      throws IOException {
    RunReport report = new RunReport(recipe, data, evaluation, vectors);
    List<MetricsLog.Line> metrics = MetricsLog.read(folder.metrics());
    ReportWriter.write(
        folder.report(), report.data(folder, scores, metrics, backend.description()));
  }

  private ReportData data(
      RunFolder folder, Map<String, Scores> scores, List<MetricsLog.Line> metrics, String backend) {
    String summary =
        String.format(
            Locale.ROOT,
            "%s for %,d updates on %s. %s",
            recipe.name(),
            recipe.train().updates(),
            data.splits().train().name(),
            Closing.verdict(scores));
    return new ReportData(
        folder.path().getFileName().toString(),
        summary,
        Optional.of(CollapseVerdict.of(metrics)),
        Panels.of(metrics),
        List.of(
            new ReportData.Sense(
                "Images", scores(scores), masked(), Optional.of(map()), neighbours())),
        Arrays.asList(Closing.next(folder, recipe, data)),
        facts(backend),
        files(),
        Optional.empty());
  }

  private static List<ReportData.Score> scores(Map<String, Scores> scores) {
    List<ReportData.Bar> probe = new ArrayList<>();
    List<ReportData.Bar> nearest = new ArrayList<>();
    scores.forEach((name, s) -> {
      if (s.labelled()) {
        String title = Closing.title(name);
        boolean counts = name.equals("trained");
        probe.add(new ReportData.Bar(title, s.linearProbe(), counts));
        nearest.add(new ReportData.Bar(title, s.nearest(), counts));
      }
    });
    return probe.isEmpty()
        ? List.of()
        : List.of(
            new ReportData.Score("Linear probe", probe),
            new ReportData.Score("k nearest neighbours", nearest));
  }

  private List<ReportData.Masked> masked() {
    ImageConfig image = recipe.model().requireImage();
    List<ReportData.Masked> out = new ArrayList<>();
    for (int i = 0; i < Math.min(MASKED_IMAGES, evaluation.test().count()); i++) {
      List<boolean[]> masks = new ArrayList<>();
      for (int m = 0; m < MASKS_EACH; m++) {
        RandomStream random =
            new RandomStream(recipe.train().seed(), Streams.EVALUATION, 0, i * MASKS_EACH + m);
        int[] drawn = Masks.draw(image.mask(), 2, image.tokens(), random);
        boolean[] mask = new boolean[drawn.length];
        for (int t = 0; t < mask.length; t++) {
          mask[t] = drawn[t] != 0;
        }
        masks.add(mask);
      }
      out.add(new ReportData.Masked(new Exhibit.Image(picture(evaluation.test(), i)), masks));
    }
    return out;
  }

  /// The image as the model sees it, brought back to 0..255.
  private Picture picture(RunData.Images images, int i) {
    int size = data.format().size();
    int channels = data.format().channels();
    int plane = size * size;
    byte[] pixels = new byte[plane * channels];
    for (int c = 0; c < channels; c++) {
      for (int p = 0; p < plane; p++) {
        float x = images.pixels()[(i * channels + c) * plane + p];
        float grey = (x * data.format().std()[c] + data.format().mean()[c]) * 255;
        pixels[p * channels + c] = (byte) Math.clamp(Math.round(grey), 0, 255);
      }
    }
    return new Picture(size, size, channels, pixels);
  }

  private ReportData.Projection map() {
    Features test = vectors.test();
    Pca pca = Pca.fit(test, 2);
    float[][] points = pca.project(test);
    int n = Math.min(MAP_POINTS, points.length);
    double[] x = new double[n];
    double[] y = new double[n];
    int[] labels = new int[n];
    for (int i = 0; i < n; i++) {
      x[i] = points[i][0];
      y[i] = points[i][1];
      labels[i] = evaluation.labelled() ? evaluation.test().labels()[i] : 0;
    }
    String method =
        String.format(
            Locale.ROOT,
            "first two principal components of the features, %.0f %% of the variance",
            100 * (pca.explained(0) + pca.explained(1)));
    return new ReportData.Projection(
        method, x, y, labels, evaluation.labelled() ? classes : List.of("held-out images"));
  }

  private List<ReportData.Neighbours> neighbours() {
    int n = Math.min(QUERIES, evaluation.test().count());
    int width = vectors.test().width();
    Features queries = new Features(Arrays.copyOf(vectors.test().values(), n * width), n, width);
    // only distances count here; images without labels have neighbours too
    KNearest index = new KNearest(vectors.train(), new int[evaluation.train().count()], 1);
    KNearest.Neighbours found =
        index.neighbours(queries, Math.min(NEIGHBOURS, evaluation.train().count()));
    List<ReportData.Neighbours> out = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      List<ReportData.Example> nearest = new ArrayList<>();
      for (int j : found.indices()[i]) {
        nearest.add(example(evaluation.train(), j));
      }
      out.add(new ReportData.Neighbours(example(evaluation.test(), i), nearest));
    }
    return out;
  }

  private ReportData.Example example(RunData.Images images, int i) {
    String name = evaluation.labelled() ? classes.get(images.labels()[i]) : "";
    return new ReportData.Example(new Exhibit.Image(picture(images, i)), name);
  }

  private List<ReportData.Fact> facts(String backend) {
    var m = recipe.model();
    var t = recipe.train();
    ImageConfig image = m.requireImage();
    return List.of(
        new ReportData.Fact("Machine", "System", Machine.description()),
        new ReportData.Fact("Machine", "Kernels", backend),
        new ReportData.Fact(
            "Data",
            "Images",
            String.format(
                Locale.ROOT,
                "%,d to learn from, %,d held out (%s)",
                data.splits().train().size(),
                data.splits().heldOut().size(),
                data.splits().how())),
        new ReportData.Fact(
            "Model",
            "Encoder",
            "%d channels, %d + %d blocks, %d heads, patches of %d"
                .formatted(
                    m.embedDim(), image.prenet().depth(), m.depth(), m.heads(), image.patchSize())),
        new ReportData.Fact(
            "Model",
            "Targets",
            "mean of the last %d shared blocks".formatted(m.targets().topLayers())),
        new ReportData.Fact(
            "Model",
            "Masks",
            "%d a sample, %.0f %% masked"
                .formatted(m.masksPerSample(), 100 * image.mask().ratio())),
        new ReportData.Fact("Training", "Updates", String.valueOf(t.updates())),
        new ReportData.Fact("Training", "Batch", "%d images".formatted(t.batch() * t.accumulate())),
        new ReportData.Fact(
            "Training", "Peak learning rate", String.valueOf(t.learningRate().peak())),
        new ReportData.Fact("Training", "CLS loss", String.valueOf(m.loss().cls())),
        new ReportData.Fact("Training", "Seed", String.valueOf(t.seed())));
  }

  private static List<ReportData.RunFile> files() {
    return List.of(
        new ReportData.RunFile(
            "config.yaml", "the complete configuration; run it again with --config"),
        new ReportData.RunFile(
            "metrics.jsonl", "the numbers of these curves, one JSON object a line"),
        new ReportData.RunFile("events.out.tfevents.*", "the same for TensorBoard"),
        new ReportData.RunFile("checkpoints/", "student, teacher and optimiser, safetensors"),
        new ReportData.RunFile("scores.json", "probe and neighbour scores"));
  }
}
