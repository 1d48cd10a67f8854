package dev.d2v.cli.job;

import dev.d2v.cli.run.Terminal;
import dev.d2v.data.eval.FeatureSpread;
import dev.d2v.data.eval.Features;
import dev.d2v.data.eval.KNearest;
import dev.d2v.data.eval.LogisticRegression;
import dev.d2v.model.train.FeatureReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Scores an encoder on labelled samples of a modality that it was not trained on.
final class Evaluation {
  private final RunSamples samples;
  private final String prefix;
  private final Examples train;
  private final Examples test;
  private final boolean labelled;
  private final int threads;

  private Evaluation(RunSamples samples, String prefix, int threads) {
    this.samples = samples;
    this.prefix = prefix;
    this.train = samples.train(threads);
    this.test = samples.heldOut(threads);
    this.labelled = samples.labelled() && Arrays.stream(train.labels()).distinct().count() > 1;
    this.threads = threads;
  }

  /// One a modality; reads the samples once.
  static List<Evaluation> of(RunData data, int threads) {
    List<Evaluation> all = new ArrayList<>();
    for (RunSamples sense : data.senses()) {
      all.add(new Evaluation(sense, data.prefix(sense), threads));
    }
    return List.copyOf(all);
  }

  /// Whose samples these are.
  RunSamples samples() {
    return samples;
  }

  /// The full name of a score: with several modalities the modality's word stands before it.
  String named(String score) {
    return prefix + score;
  }

  /// The name of the baseline's scores.
  String baselineName() {
    return named(samples.modality().baseline());
  }

  /// The samples that teach the probe.
  Examples train() {
    return train;
  }

  /// The held-out samples.
  Examples test() {
    return test;
  }

  /// Whether there are labels of at least two classes.
  boolean labelled() {
    return labelled;
  }

  /// What an encoder makes of the samples.
  ///
  /// @param train one row a sample
  /// @param test one row a sample
  record Vectors(Features train, Features test) {}

  /// The encoder's features of all samples; a terminal shows how far they are.
  Vectors vectors(FeatureReader reader, Terminal terminal) {
    int all = train.count() + test.count();
    try (var progress = new ReadingProgress(terminal, samples.modality().noun(), all)) {
      FeatureReader telling = reader.telling(progress);
      return new Vectors(Features.of(train.read(telling)), Features.of(test.read(telling)));
    }
  }

  /// What a sceptic would try first.
  Scores baseline() {
    return score(new Vectors(train.baseline(), test.baseline()));
  }

  /// Probe and neighbours; NaN without labels.
  Scores score(Vectors vectors) {
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
