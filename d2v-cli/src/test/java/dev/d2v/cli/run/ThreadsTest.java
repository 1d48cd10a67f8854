package dev.d2v.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.cli.Commands;
import dev.d2v.cli.Screen;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ThreadsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "pretrain",
        "probe no-run",
        "embed no-model no-file",
        "quantize no-model no-target",
        "goldens no-folder",
        "bench step",
        "bench scaling",
        "bench endurance"
      })
  void aNumberThatNoSystemStartsIsRefusedByEveryCommand(String command) {
    for (String threads : new String[] {"0", "100000"}) {
      Screen screen = new Screen();
      String[] words = Arrays.copyOf(command.split(" ", -1), command.split(" ", -1).length + 2);
      words[words.length - 2] = "--threads";
      words[words.length - 1] = threads;
      assertEquals(1, Commands.run(screen.piped(), words));
      assertTrue(
          screen.err().contains("--threads must be 1 to 1024, got " + threads), screen.err());
    }
  }
}
