package dev.d2v.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.cli.bench.Scaling.Curve;
import dev.d2v.cli.bench.Scaling.Point;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ScalingFilesTest {
  private static final Scaling.Result RESULT =
      new Scaling.Result(
          List.of(
              new Curve("threads", List.of(new Point(1, 0.2, 0.2, 3), new Point(2, 0.11, 0.1, 3))),
              new Curve("batch B", List.of(new Point(4, 0.02, 0.021, 1)))),
          new Scaling.Rates(1e11, 1e10, 1e-6),
          2);

  @Test
  void tablePageAndPicturesHoldEveryPoint(@TempDir Path folder) throws IOException {
    ScalingFiles.write(folder, RESULT);
    List<String> lines = Files.readAllLines(folder.resolve("scaling.csv"));
    assertEquals("axis,x,gflop,seconds,predicted_seconds,threads", lines.getFirst());
    assertEquals("threads,1,3.0000,0.200000,0.200000,1", lines.get(1));
    assertEquals("threads,2,3.0000,0.110000,0.100000,2", lines.get(2));
    assertEquals("batch B,4,1.0000,0.020000,0.021000,2", lines.get(3));
    String picture = Files.readString(folder.resolve("scaling-threads.svg"));
    assertEquals(2, picture.split("<circle", -1).length - 1);
    assertTrue(picture.contains("stroke-dasharray"), "the prediction is dashed");
    String page = Files.readString(folder.resolve("scaling.html"));
    assertTrue(page.contains(picture) && page.contains("against batch B"));
    assertTrue(
        !page.contains("http://") || page.split("http://", -1).length == 3, "only namespaces");
  }

  @Test
  void thePredictionAddsArithmeticTrafficAndCalls() {
    var plan = new dev.d2v.model.train.StepPlan(0, 0, 0, 0, 100_000_000_000L, 1_000_000_000L, 500);
    assertEquals(1 + 0.1 + 0.0005, RESULT.rates().seconds(plan), 1e-12);
  }
}
