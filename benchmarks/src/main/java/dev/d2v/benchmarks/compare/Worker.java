package dev.d2v.benchmarks.compare;

import dev.d2v.cli.bench.ResidentMemory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The side of the protocol that computes: an engine in a process of its own. Lines in, lines out;
/// answers begin with [#MARK], so that what a native library prints is told from them.
///
/// ```text
/// open matmulNT:512x512x512   ->  opened PROJECTION NORM | none | failed MESSAGE
/// time MILLISECONDS           ->  timed NANOSECONDS CALLS
/// step FILE                   ->  opened PROJECTION NORM | none | failed MESSAGE
/// memory                      ->  memory BYTES
/// close                       ->  closed
/// quit                        ->  bye
/// ```
///
/// An answer comes when the process is at rest: threads of native libraries spin for a while after
/// their work, and would take time from whoever is measured next.
public final class Worker {
  /// What an answer begins with.
  static final String MARK = "d2v-worker ";

  private static final int MOST_CALLS = 100_000;

  private final Engine engine;
  private final PrintStream out;
  private @Nullable Task task;

  private Worker(Engine engine, PrintStream out) {
    this.engine = engine;
    this.out = out;
  }

  /// Answers until the input ends.
  public static void serve(Engine engine) throws IOException {
    serve(
        engine,
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)),
        System.out);
  }

  /// Answers until the input ends, and closes the engine.
  static void serve(Engine engine, BufferedReader in, PrintStream out) throws IOException {
    Worker worker = new Worker(engine, out);
    try (engine) {
      worker.answer("ready " + engine.description());
      String line = in.readLine();
      while (line != null && !line.equals("quit")) {
        worker.answer(worker.reply(line));
        line = in.readLine();
      }
      worker.closeTask();
    }
    worker.answer("bye");
  }

  private void answer(String text) {
    out.println(MARK + text.replaceAll("\\s+", " "));
    out.flush();
  }

  /// The answer to one line. A failure of an engine is an answer too: the run goes on without it.
  private String reply(String line) {
    String[] words = line.split(" ", 2);
    try {
      if (words[0].equals("open") || words[0].equals("step")) {
        closeTask();
      }
      return switch (words[0]) {
        case "open" -> opened(engine.open(Case.parse(words[1])));
        case "step" -> opened(engine.step(Path.of(words[1])));
        case "memory" -> "memory " + ResidentMemory.most();
        case "time" -> time(Long.parseLong(words[1]));
        case "close" -> {
          closeTask();
          yield "closed";
        }
        default -> "failed open, step, time, memory, close or quit expected, got '" + line + "'";
      };
    } catch (UnsupportedOperationException e) {
      return "failed " + e.getMessage();
    } catch (RuntimeException | IOException | LinkageError e) {
      return "failed " + e;
    }
  }

  private String opened(Optional<Task> opened) {
    if (opened.isEmpty()) {
      return "none";
    }
    task = opened.get();
    task.run();
    Checksum sum = Checksum.of(task.result());
    Rest.await();
    return "opened " + sum.projection() + " " + sum.norm();
  }

  private String time(long millis) {
    Task timed = task;
    if (timed == null) {
      return "failed time: no case is open";
    }
    long[] nanos = new long[MOST_CALLS];
    int calls = 0;
    long start = System.nanoTime();
    long before = start;
    while (calls == 0 || (calls < MOST_CALLS && before - start < 1_000_000 * millis)) {
      timed.run();
      long after = System.nanoTime();
      nanos[calls++] = after - before;
      before = after;
    }
    long[] sorted = Arrays.copyOf(nanos, calls);
    Arrays.sort(sorted);
    Rest.await();
    return "timed " + sorted[calls / 2] + " " + calls;
  }

  private void closeTask() {
    if (task != null) {
      task.close();
      task = null;
    }
  }
}
