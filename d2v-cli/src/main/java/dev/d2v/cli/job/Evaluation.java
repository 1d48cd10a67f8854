package dev.d2v.cli.job;

import dev.d2v.data.eval.FeatureSpread;
import dev.d2v.data.eval.Features;
import dev.d2v.data.eval.KNearest;
import dev.d2v.data.eval.LogisticRegression;
import dev.d2v.model.train.FeatureReader;
import java.util.Arrays;

/// Scores an encoder on labelled images that it was not trained on.
public final class Evaluation {
  /// At most so many images teach a probe, and so many test it.
  public static final int TRAIN_LIMIT = 20_000;

  /// At most so many test it.
  public static final int TEST_LIMIT = 10_000;

  private final RunData.Images train;
  private final RunData.Images test;
  private final boolean labelled;
  private final int threads;

  /// Reads the images once.
  public Evaluation(RunData data, int threads) {
    this.train = data.read(data.splits().train(), TRAIN_LIMIT, threads);
    this.test = data.read(data.splits().heldOut(), TEST_LIMIT, threads);
    this.labelled =
        data.splits().train().labelled()
            && data.splits().heldOut().labelled()
            && Arrays.stream(train.labels()).distinct().count() > 1;
    this.threads = threads;
  }

  /// The images that teach the probe.
  public RunData.Images train() {
    return train;
  }

  /// The held-out images.
  public RunData.Images test() {
    return test;
  }

  /// Whether there are labels of at least two classes.
  public boolean labelled() {
    return labelled;
  }

  /// What an encoder makes of the images.
  ///
  /// @param train one row an image
  /// @param test one row an image
  public record Vectors(Features train, Features test) {}

  /// The encoder's features of all images.
  public Vectors vectors(FeatureReader reader) {
    return new Vectors(
        Features.of(reader.read(train.pixels(), train.count())),
        Features.of(reader.read(test.pixels(), test.count())));
  }

  /// The pixels themselves as features: what a sceptic would try first.
  public Vectors pixels() {
    return new Vectors(rows(train), rows(test));
  }

  private static Features rows(RunData.Images images) {
    return new Features(
        images.pixels(), images.count(), images.pixels().length / Math.max(1, images.count()));
  }

  /// Probe and neighbours; NaN without labels.
  public Scores score(Vectors vectors) {
    double spread = FeatureSpread.of(vectors.test());
    if (!labelled) {
      return new Scores(Double.NaN, Double.NaN, spread);
    }
    double probe =
        LogisticRegression.fit(vectors.train(), train.labels(), threads)
            .accuracy(vectors.test(), test.labels());
    double nearest =
        new KNearest(vectors.train(), train.labels(), threads)
            .accuracy(vectors.test(), test.labels());
    return new Scores(probe, nearest, spread);
  }
}
