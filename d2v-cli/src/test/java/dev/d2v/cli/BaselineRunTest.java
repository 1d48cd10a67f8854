package dev.d2v.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.cli.job.Made;
import dev.d2v.cli.run.MetricsLog;
import dev.d2v.model.checkpoint.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Whole runs of the baselines, as a person starts them.
final class BaselineRunTest {
  @TempDir private Path folder;
  private Screen screen = new Screen();

  private int d2v(List<String> arguments) {
    screen = new Screen();
    return Main.run(screen.piped(), arguments.toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource({
    "fashion-mnist-data2vec1, loss_regression, true",
    "fashion-mnist-mae, loss_reconstruction, false",
  })
  @DisplayName("a baseline trains, reports, and is quantised and exported without its mask token")
  void run(String recipe, String loss, boolean taught) throws IOException {
    List<String> pretrain =
        new ArrayList<>(List.of("pretrain", "--recipe", recipe, "--name", "b", "--threads", "2"));
    pretrain.addAll(List.of("--out", folder.toString(), "--workers", "1"));
    pretrain.addAll(List.of("--data", Made.images(folder.resolve("images")).toString()));
    Stream.concat(Made.SMALL.stream(), Made.IMAGE.stream())
        .forEach(s -> pretrain.addAll(List.of("--set", s)));
    assertEquals(0, d2v(pretrain), screen.err());
    assertEquals(taught, screen.out().contains("moments and teacher"), screen.out());
    Path run = folder.resolve("b");
    assertFalse(Files.readString(run.resolve("report.html")).contains("NaN"));
    Set<String> keys =
        MetricsLog.read(run.resolve("metrics.jsonl")).stream()
            .flatMap(line -> line.values().keySet().stream())
            .collect(Collectors.toSet());
    assertTrue(keys.contains(loss), keys.toString());
    assertEquals(taught, keys.contains("ema_decay"), keys.toString());
    assertEquals(taught, keys.contains("target_var"), keys.toString());
    try (Weights weights = Weights.open(run)) {
      assertTrue(weights.student().containsKey("modality_encoders.IMAGE.mask_token"));
      assertEquals(taught, !weights.teacher().isEmpty());
      assertFalse(weights.teacher().containsKey("modality_encoders.IMAGE.mask_token"));
    }
    Path small = folder.resolve("small.safetensors");
    assertEquals(
        0,
        d2v(List.of("quantize", run.toString(), small.toString(), "--samples", "0")),
        screen.err());
    try (Weights weights = Weights.open(small)) {
      assertFalse(weights.student().isEmpty());
      assertTrue(
          weights.student().keySet().stream()
              .noneMatch(n -> n.endsWith("mask_token") || n.startsWith("recon_proj")));
    }
    Path onnx = folder.resolve("encoder.onnx");
    assertEquals(
        0, d2v(List.of("export", "--onnx", onnx.toString(), run.toString())), screen.err());
  }
}
