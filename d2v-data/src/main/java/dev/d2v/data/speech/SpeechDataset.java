package dev.d2v.data.speech;

import dev.d2v.data.DataException;
import dev.d2v.data.SkippedFiles;
import java.util.List;
import java.util.Optional;

/// Recordings by number, perhaps with labels and transcripts. Safe for several threads.
public interface SpeechDataset {
  /// The rate of all samples.
  int RATE_HZ = 16_000;

  /// What `label` returns where there is none.
  int NO_LABEL = -1;

  /// Where it comes from, for messages and reports.
  String name();

  /// Number of recordings.
  int size();

  /// Samples of recording `i` at 16 kHz, known without decoding it.
  int length(int i);

  /// Class of recording `i`, in [0, classNames().size()), or [#NO_LABEL].
  int label(int i);

  /// Names of the classes; empty when there are no labels.
  List<String> classNames();

  /// What is said in recording `i`, where that is known.
  Optional<String> transcript(int i);

  /// Recording `i`: 16 kHz, one channel, the whole normalised by [Waves#normalize]; at least
  /// `length(i)` samples. Nothing when its file cannot be used: then it has been noted in
  /// [#skipped()].
  ///
  /// @return an array of the caller's own
  /// @throws DataException when too many files cannot be read
  Optional<float[]> sample(int i);

  /// What recording `i` is called in messages.
  String describe(int i);

  /// Files that could not be read so far.
  SkippedFiles skipped();

  /// Files that were left out because they are shorter than the minimum.
  int tooShort();

  /// Whether every recording has a label.
  default boolean labelled() {
    return !classNames().isEmpty();
  }

  /// Samples of all recordings together.
  default long totalLength() {
    long sum = 0;
    for (int i = 0; i < size(); i++) {
      sum += length(i);
    }
    return sum;
  }

  /// Sentences saying what was left out so far and why; an empty text when nothing was.
  default String leftOut() {
    String few =
        tooShort() == 0 ? "" : "Left out %d files that are too short.".formatted(tooShort());
    String bad = skipped().summary();
    return few.isEmpty() || bad.isEmpty() ? few + bad : few + " " + bad;
  }
}
