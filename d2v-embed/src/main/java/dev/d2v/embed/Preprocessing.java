package dev.d2v.embed;

import dev.d2v.tensor.io.FormatException;
import dev.d2v.tensor.io.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/// What is done to an image or a recording before a model reads it, as a `preprocessor_config.json`
/// says it. Texts have a tokenizer instead.
public sealed interface Preprocessing permits ImagePreprocessing, WavePreprocessing {
  /// The file.
  String FILE = "preprocessor_config.json";

  /// Reads a file of the BEiT and wav2vec families; absent fields take the published defaults.
  ///
  /// @throws FormatException when it is not such a file, or asks for what this version lacks
  static Preprocessing read(Path file) throws IOException {
    return of(file, Json.read(file));
  }

  /// The same of what was read already.
  ///
  /// @param file where it stands, for messages
  static Preprocessing of(Path file, Map<String, Object> json) {
    return new PreprocessorFile(file, json).read();
  }
}
