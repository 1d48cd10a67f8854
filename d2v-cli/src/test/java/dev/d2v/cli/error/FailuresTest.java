package dev.d2v.cli.error;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.data.DataException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class FailuresTest {
  @Test
  @DisplayName("failures that people can put right are said as they are")
  void said() {
    assertEquals("no such thing", Failures.sentence(new UserError("no such thing")));
    assertEquals(
        "batch must be at least 1",
        Failures.sentence(new IllegalArgumentException("batch must be at least 1")));
    assertEquals("no images in a", Failures.sentence(new DataException("no images in a")));
  }

  @Test
  @DisplayName("file errors name the file and what is wrong with it")
  void files() {
    assertEquals(
        "no such file or folder: a.png", Failures.sentence(new NoSuchFileException("a.png")));
    assertEquals(
        "no permission to read or write /x",
        Failures.sentence(new UncheckedIOException(new AccessDeniedException("/x"))));
    assertEquals(
        "the disk is full: runs/a/metrics.jsonl",
        Failures.sentence(
            new FileSystemException("runs/a/metrics.jsonl", null, "No space left on device")));
    assertEquals("the disk is full", Failures.sentence(new IOException("No space left on device")));
  }

  @Test
  @DisplayName("everything else is called a defect and points to --debug")
  void defects() {
    String sentence = Failures.sentence(new NullPointerException("x is null"));
    assertTrue(sentence.startsWith("this is a defect in d2v"), sentence);
    assertTrue(sentence.endsWith("--debug shows where"), sentence);
  }
}
