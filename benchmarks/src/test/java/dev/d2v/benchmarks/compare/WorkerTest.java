package dev.d2v.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WorkerTest {
  /// Adds only, and fails at sizes of three.
  private static final class Adder implements Engine {
    int runs;
    boolean closed;

    @Override
    public String description() {
      return "an\nadder";
    }

    @Override
    public Optional<Task> open(Case which) {
      if (which.operation() != Operation.ADD) {
        return Optional.empty();
      }
      if (which.dim(0) == 3) {
        throw new IllegalStateException("no threes");
      }
      return Optional.of(
          new Task() {
            @Override
            public void run() {
              runs++;
            }

            @Override
            public float[] result() {
              return new float[] {3, 4};
            }

            @Override
            public void close() {}
          });
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private static List<String> talk(Adder adder, String... lines) throws IOException {
    var bytes = new ByteArrayOutputStream();
    Worker.serve(
        adder,
        new BufferedReader(new StringReader(String.join("\n", lines))),
        new PrintStream(bytes, true, StandardCharsets.UTF_8));
    return bytes.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void everyLineHasOneAnswer() throws IOException {
    Adder adder = new Adder();
    List<String> answers =
        talk(
            adder,
            "open add:2",
            "time 1",
            "close",
            "time 1",
            "open matmulNT:1x1x1",
            "open add:3",
            "open add:x",
            "dance",
            "quit",
            "open add:2");
    assertEquals("d2v-worker ready an adder", answers.get(0));
    assertTrue(answers.get(1).endsWith(" 5.0"), "the norm of 3 and 4: " + answers.get(1));
    assertTrue(answers.get(2).startsWith("d2v-worker timed "));
    assertEquals("d2v-worker closed", answers.get(3));
    assertEquals("d2v-worker failed time: no case is open", answers.get(4));
    assertEquals("d2v-worker none", answers.get(5));
    assertTrue(answers.get(6).contains("no threes"));
    assertTrue(answers.get(7).contains("whole numbers"));
    assertTrue(answers.get(8).contains("'dance'"));
    assertEquals(List.of("d2v-worker bye"), answers.subList(9, answers.size()), "after quit");
    assertTrue(adder.runs >= 2 && adder.closed);
  }

  @Test
  void aProcessIsStartedAskedAndEnded(@TempDir Path folder) throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-modules=jdk.incubator.vector",
            "-cp",
            System.getProperty("java.class.path"),
            D2vEngine.class.getName(),
            "2",
            folder.toString());
    try (WorkerProcess process =
        WorkerProcess.start("d2v", command, Map.of(), folder.resolve("log"))) {
      assertTrue(process.description().contains("2 threads"), process.description());
      Case which = Suite.small(Operation.MATMUL_NN);
      var ready = assertInstanceOf(WorkerProcess.Opened.Ready.class, process.open(which));
      assertTrue(ready.checksum().agrees(Checksum.of(narrow(CaseOracle.result(which)))));
      assertTrue(process.time(1) > 0);
      process.closeCase();
      assertThrows(IOException.class, () -> process.time(1));
    }
  }

  @Test
  void aProcessThatEndsAtOnceIsAnErrorWithItsLog(@TempDir Path folder) {
    Path log = folder.resolve("log");
    var failure =
        assertThrows(
            IOException.class,
            () ->
                WorkerProcess.start(
                    "nobody",
                    List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        "",
                        "No"),
                    Map.of(),
                    log));
    assertTrue(
        String.valueOf(failure.getMessage()).contains("nobody")
            && String.valueOf(failure.getMessage()).contains("log"));
  }

  @Test
  void checksumsTellWrongFromRounded() {
    float[] y = Inputs.floats("y", 1000);
    float[] rounded = y.clone();
    float[] reversed = new float[1000];
    for (int i = 0; i < 1000; i++) {
      rounded[i] *= 1.00001f;
      reversed[i] = y[999 - i];
    }
    assertTrue(Checksum.of(y).agrees(Checksum.of(rounded)));
    assertFalse(Checksum.of(y).agrees(Checksum.of(reversed)));
    assertFalse(Checksum.of(y).agrees(Checksum.of(new float[1000])));
  }

  private static float[] narrow(double[] values) {
    float[] out = new float[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) values[i];
    }
    return out;
  }
}
