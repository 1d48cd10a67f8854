package dev.d2v.benchmarks.compare;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The side of the protocol that asks: starts a [Worker] in a process and talks to it.
final class WorkerProcess implements AutoCloseable {
  private final String name;
  private final Process process;
  private final BufferedReader in;
  private final PrintWriter out;
  private final String description;

  private WorkerProcess(String name, Process process) throws IOException {
    this.name = name;
    this.process = process;
    in =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    out =
        new PrintWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    description = answer("ready");
  }

  /// Starts a worker; what it writes to its error stream goes to a file.
  ///
  /// @param environment variables to set; an empty value removes one
  static WorkerProcess start(
      String name, List<String> command, Map<String, String> environment, Path log)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
    environment.forEach((key, value) -> {
      if (value.isEmpty()) {
        builder.environment().remove(key);
      } else {
        builder.environment().put(key, value);
      }
    });
    Process process = builder.start();
    try {
      return new WorkerProcess(name, process);
    } catch (IOException e) {
      process.destroyForcibly();
      throw new IOException(name + " did not start: " + e.getMessage() + "; see " + log, e);
    }
  }

  String name() {
    return name;
  }

  /// What the engine says of itself.
  String description() {
    return description;
  }

  /// Whether the engine has the case; its result's checksum is then `checksum`.
  Opened open(Case which) throws IOException {
    return opened(ask("open " + which));
  }

  /// The same for an update of the recipe in a file that [StepFile] wrote.
  Opened step(Path file) throws IOException {
    return opened(ask("step " + file));
  }

  private static Opened opened(String answer) {
    String[] words = answer.split(" ", 2);
    return switch (words[0]) {
      case "opened" -> {
        String[] numbers = words[1].split(" ", -1);
        yield new Opened.Ready(
            new Checksum(Double.parseDouble(numbers[0]), Double.parseDouble(numbers[1])));
      }
      case "none" -> new Opened.None();
      default -> new Opened.Failed(words[words.length - 1]);
    };
  }

  /// How opening a case went.
  sealed interface Opened {
    /// Ready to be timed.
    record Ready(Checksum checksum) implements Opened {}

    /// The engine has no such thing.
    record None() implements Opened {}

    /// The engine failed.
    record Failed(String reason) implements Opened {}
  }

  /// The median time of a call in seconds, from calls for so long.
  double time(long millis) throws IOException {
    String[] words = ask("time " + millis).split(" ", 3);
    if (!words[0].equals("timed")) {
      throw new IOException(name + ": " + String.join(" ", words));
    }
    return Long.parseLong(words[1]) / 1e9;
  }

  /// The most bytes that the process had resident so far.
  long memory() throws IOException {
    String[] words = ask("memory").split(" ", 2);
    if (!words[0].equals("memory")) {
      throw new IOException(name + ": " + String.join(" ", words));
    }
    return Long.parseLong(words[1]);
  }

  void closeCase() throws IOException {
    ask("close");
  }

  private String ask(String line) throws IOException {
    out.println(line);
    out.flush();
    return answer("");
  }

  /// The next line that is an answer, without its mark and the word that it must begin with.
  private String answer(String expected) throws IOException {
    String line = in.readLine();
    while (line != null && !line.startsWith(Worker.MARK)) {
      line = in.readLine();
    }
    if (line == null) {
      throw new IOException("the process of " + name + " ended");
    }
    String text = line.substring(Worker.MARK.length());
    if (!text.startsWith(expected)) {
      throw new IOException("expected '" + expected + "', got '" + text + "'");
    }
    return text.substring(expected.length()).strip();
  }

  @Override
  public void close() {
    out.println("quit");
    out.flush();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
