package dev.d2v.cli.job;

import dev.d2v.cli.run.Modality;
import dev.d2v.model.Batch;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The samples of one modality in a run: what is learned from, and what is held out.
sealed interface RunSamples extends AutoCloseable permits ImageSamples, SpeechSamples, TextSamples {
  /// Batches to learn from, prepared ahead.
  interface Loader extends AutoCloseable {
    /// A batch, valid until the next call: a pure function of its number.
    ///
    /// @param number updates of this modality before, times micro-batches, plus the micro-batch
    Batch batch(long number);

    @Override
    void close();
  }

  /// Which modality it is.
  Modality modality();

  /// What is learned from, by name.
  String name();

  /// Where they came from; empty: the sample that the project ships.
  Optional<Path> source();

  /// How much there is and what is held out, for people.
  String described();

  /// What the encoder takes, for people: `28 x 28 x 1 in patches of 4`.
  String input();

  /// A micro-batch, for people: `64 images`.
  String batch();

  /// Every shape that a micro-batch can have, or the largest of them.
  List<Batch.Shape> trainedShapes();

  /// The largest batches whose features are read.
  List<Batch.Shape> readShapes();

  /// Batches to learn from, decoded ahead on so many threads.
  Loader loader(int workers);

  /// Samples that teach a probe; only so many that they fit into memory.
  Examples train(int threads);

  /// Held-out samples that test it.
  Examples heldOut(int threads);

  /// Whether samples of both parts have labels, which mean the same.
  boolean labelled();

  /// Names of the classes; empty without labels.
  List<String> classNames();

  /// What was left out so far and why, in sentences; empty: nothing.
  String skipped();

  @Override
  void close();
}
