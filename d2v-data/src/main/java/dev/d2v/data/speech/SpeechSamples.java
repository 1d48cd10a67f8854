package dev.d2v.data.speech;

import dev.d2v.data.DataException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The small speech that the project brings along, in `samples/`.
public final class SpeechSamples {
  /// No recording of [#spokenDigits] is shorter, in samples at 16 kHz.
  public static final int MIN_DIGIT_SAMPLES = 2_560;

  private SpeechSamples() {}

  /// The words "zero" to "nine" by 48 synthetic voices to learn from and 16 others, held out. The
  /// word is the class.
  ///
  /// @param home the project's folder, the one that holds `samples/`
  /// @throws DataException when the files are missing or damaged
  public static SpeechSplits spokenDigits(Path home) {
    Path folder = home.resolve("samples").resolve("spoken-digits");
    if (!Files.isDirectory(folder.resolve("train"))) {
      throw new DataException(
          "%s: expected the sample that comes with the project, found nothing. Restore the folder samples/ from the project's repository, or name data of your own."
              .formatted(folder));
    }
    return SpeechDatasets.open(folder, 0, SpeechOptions.usual().withMinSamples(MIN_DIGIT_SAMPLES));
  }
}
