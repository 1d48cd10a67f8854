package dev.d2v.cli.error;

import dev.d2v.config.ConfigException;
import dev.d2v.data.DataException;
import dev.d2v.tensor.io.FormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The one place where an exception becomes a sentence.
public final class Failures {
  private Failures() {}

  /// What to tell the person at the keyboard, without a prefix.
  public static String sentence(Throwable failure) {
    return switch (failure) {
      case UserError e -> message(e);
      case OutputLost e -> message(e);
      case ConfigException e -> message(e);
      case DataException e -> message(e);
      case FormatException e -> message(e);
      case UncheckedIOException e when e.getCause() != null -> sentence(e.getCause());
      case IOException e -> file(e);
      case IllegalArgumentException e when e.getMessage() != null -> message(e);
      case IllegalStateException e when e.getMessage() != null -> message(e);
      case OutOfMemoryError e ->
          "the Java heap is too small (%s): give it more, for example D2V_JAVA_OPTS=-Xmx4g"
              .formatted(message(e));
      default -> "this is a defect in d2v: %s; --debug shows where".formatted(failure.toString());
    };
  }

  private static String file(IOException failure) {
    return switch (failure) {
      case NoSuchFileException e -> "no such file or folder: " + e.getFile();
      case AccessDeniedException e -> "no permission to read or write " + e.getFile();
      case FileAlreadyExistsException e -> e.getFile() + " exists already";
      case NotDirectoryException e -> e.getFile() + " is not a folder";
      case DirectoryNotEmptyException e -> "the folder " + e.getFile() + " is not empty";
      case FileSystemException e when full(e.getReason()) -> "the disk is full: " + e.getFile();
      case FileSystemException e -> e.getFile() + ": " + e.getReason();
      default -> full(failure.getMessage()) ? "the disk is full" : message(failure);
    };
  }

  private static boolean full(@Nullable String reason) {
    return reason != null && reason.toLowerCase(Locale.ROOT).contains("no space left");
  }

  private static String message(Throwable failure) {
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }
}
