package dev.d2v.config;

/// A configuration that cannot be used. Its message is one sentence: what was expected, what came,
/// where, what to do.
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// With its sentence.
  public ConfigException(String sentence) {
    super(sentence);
  }

  /// With its sentence and what was caught.
  public ConfigException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
