package dev.d2v.cli.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/// The curves on disk: one table, one page that needs nothing else, one picture a curve.
final class ScalingFiles {
  static final String TABLE = "scaling.csv";
  static final String PAGE = "scaling.html";

  private ScalingFiles() {}

  static void write(Path folder, Scaling.Result result) throws IOException {
    Files.writeString(folder.resolve(TABLE), csv(result));
    Files.writeString(folder.resolve(PAGE), page(result));
    for (Scaling.Curve curve : result.curves()) {
      String name = curve.name().split(" ", 2)[0];
      Files.writeString(folder.resolve("scaling-" + name + ".svg"), ScalingChart.svg(curve));
    }
  }

  private static String csv(Scaling.Result result) {
    StringBuilder csv = new StringBuilder("axis,x,gflop,seconds,predicted_seconds,threads\n");
    for (Scaling.Curve curve : result.curves()) {
      for (Scaling.Point p : curve.points()) {
        csv.append(
            String.format(
                Locale.ROOT,
                "%s,%.0f,%.4f,%.6f,%.6f,%d%n",
                curve.name(),
                p.x(),
                p.gflop(),
                p.seconds(),
                p.predicted(),
                curve.name().equals("threads") ? (int) p.x() : result.threads()));
      }
    }
    return csv.toString();
  }

  private static String page(Scaling.Result result) {
    StringBuilder page = new StringBuilder();
    page.append("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">");
    page.append("<title>d2v: scaling of an update</title>");
    page.append("<style>body{font:15px sans-serif;margin:2em;max-width:60em}</style>");
    page.append("<h1>Scaling of an update</h1>");
    page.append(
        String.format(
            Locale.ROOT,
            "<p>%d threads. Predicted: FLOPs / %.1f GFLOP/s + bytes / %.1f GB/s + calls x %.1f us,"
                + " calibrated at the middle of all curves; threads: time of one thread / threads."
                + "</p>",
            result.threads(),
            result.rates().flopsPerSecond() / 1e9,
            result.rates().bytesPerSecond() / 1e9,
            result.rates().secondsPerCall() * 1e6));
    for (Scaling.Curve curve : result.curves()) {
      page.append(ScalingChart.svg(curve));
    }
    return page.append("</html>\n").toString();
  }
}
