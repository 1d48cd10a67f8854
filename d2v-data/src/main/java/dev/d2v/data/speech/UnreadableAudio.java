package dev.d2v.data.speech;

import java.nio.file.Path;

/// One file holds no usable sound: missing, damaged, cut short, of another format, empty or silent.
/// The message names the file and the reason; whoever holds the data set decides whether the file
/// may be skipped.
public final class UnreadableAudio extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Path file;
  private final String reason;

  /// What is wrong with a file, in a few words.
  public UnreadableAudio(Path file, String reason) {
    super(file + ": " + reason);
    this.file = file;
    this.reason = reason;
  }

  /// The same with what went wrong beneath.
  public UnreadableAudio(Path file, String reason, Throwable cause) {
    super(file + ": " + reason, cause);
    this.file = file;
    this.reason = reason;
  }

  /// The file.
  public Path file() {
    return file;
  }

  /// A few words: what is wrong with it.
  public String reason() {
    return reason;
  }
}
