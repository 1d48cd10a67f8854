package dev.d2v.data;

import java.util.List;
import java.util.Optional;

/// Images by number, perhaps with labels. Safe for several threads.
public interface ImageDataset {
  /// What `label` returns where there is none.
  int NO_LABEL = -1;

  /// Where it comes from, for messages and reports.
  String name();

  /// Number of images.
  int size();

  /// Channels of the first image, 1 or 3. Others may differ; the loader converts.
  int channels();

  /// Widths and heights, or nothing when that would need every file to be read.
  Optional<SizeRange> sizes();

  /// Class of image `i`, in [0, classNames().size()), or [#NO_LABEL].
  int label(int i);

  /// Names of the classes; empty when there are no labels.
  List<String> classNames();

  /// Image `i` decoded, or nothing when its file cannot be read: then it has been noted in
  /// [#skipped()].
  ///
  /// @throws DataException when too many files cannot be read
  Optional<Pixels> image(int i);

  /// What image `i` is called in messages.
  String describe(int i);

  /// Whether images lie decoded in memory, so that reading one costs nothing.
  boolean inMemory();

  /// Files that could not be read so far.
  SkippedFiles skipped();

  /// Whether every image has a label.
  default boolean labelled() {
    return !classNames().isEmpty();
  }
}
