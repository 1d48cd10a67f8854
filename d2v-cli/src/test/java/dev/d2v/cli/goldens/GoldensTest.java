package dev.d2v.cli.goldens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.tensor.spi.Backend;
import dev.d2v.tensor.spi.CpuBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The official code's numbers, with scalar and vector kernels.
final class GoldensTest {
  private static final Path CASES = Path.of("src", "test", "resources", "goldens");

  @Test
  void vectorKernelsEqualTheOfficialCode() throws IOException {
    allPass(CpuBackend.Option.VECTOR, List.of());
  }

  @Test
  void scalarKernelsEqualTheOfficialCode() throws IOException {
    allPass(CpuBackend.Option.SCALAR, List.of("pretrain_", "features_", "unit_block"));
  }

  private static void allPass(CpuBackend.Option option, List<String> only) throws IOException {
    try (Backend backend = CpuBackend.open(2, option)) {
      GoldenRunner runner = new GoldenRunner(backend, only);
      List<Path> cases = runner.cases(CASES);
      assertTrue(cases.size() >= 5, "the cases are there");
      for (Path file : cases) {
        for (Part part : runner.run(file)) {
          assertEquals(Part.Verdict.PASSED, part.verdict(), part.toString());
        }
      }
    }
  }

  @Test
  void aChangedTensorFileFails(@TempDir Path folder) throws IOException {
    byte[] bytes = Files.readAllBytes(CASES.resolve("unit_maskinfo.safetensors"));
    bytes[bytes.length - 1] ^= 1;
    Files.write(folder.resolve("unit_maskinfo.safetensors"), bytes);
    Files.copy(CASES.resolve("unit_maskinfo.json"), folder.resolve("unit_maskinfo.json"));
    try (Backend backend = Backend.cpu(1)) {
      Part part =
          new GoldenRunner(backend, List.of()).run(folder.resolve("unit_maskinfo.json")).getFirst();
      assertEquals(Part.Verdict.FAILED, part.verdict());
      assertTrue(part.where().contains("SHA-256"), part.where());
    }
  }

  @Test
  void anUnknownSwitchFailsWithItsName(@TempDir Path folder) throws IOException {
    String json = Files.readString(CASES.resolve("features_image.json"));
    Files.copy(
        CASES.resolve("features_image.safetensors"), folder.resolve("features_image.safetensors"));
    Path file = folder.resolve("features_image.json");
    Files.writeString(file, json.replaceFirst("\"norm_eps\"", "\"warp_drive\": 3, \"norm_eps\""));
    try (Backend backend = Backend.cpu(1)) {
      Part part = new GoldenRunner(backend, List.of()).run(file).getFirst();
      assertEquals(Part.Verdict.FAILED, part.verdict());
      assertTrue(part.where().contains("warp_drive"), part.where());
    }
  }

  @Test
  void aWrongNumberIsFoundWhereItBegins() {
    Comparison comparison = new Comparison("case");
    comparison.relative("first", new float[] {1, 2}, new float[] {1, 2}, 1e-6);
    comparison.relative("second", new float[] {1, 2}, new float[] {1, 2.1f}, 1e-6);
    comparison.relative("third", new float[] {1, 2}, new float[] {1, Float.NaN}, 1e-6);
    Part part = comparison.verdict();
    assertEquals(Part.Verdict.FAILED, part.verdict());
    assertTrue(part.where().startsWith("first: second"), part.where());
    assertFalse(Double.isFinite(part.worst()));
  }
}
