package dev.d2v.cli.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What a comparison leaves behind: a CSV and a page.
///
/// @param name of the files
/// @param rivals in the order of the columns
/// @param rows what was measured
public record Report(String name, List<Contender> rivals, List<Row> rows) {
  /// Writes both and says where.
  public void write(Path folder, PrintStream out) throws IOException {
    Files.createDirectories(folder);
    Path csv = folder.resolve(name + ".csv");
    Files.writeString(csv, new Csv(rivals).of(rows));
    Path page = folder.resolve(name + ".html");
    Files.writeString(page, new HtmlPage(rivals).of("d2v: " + name + " side by side", rows));
    out.println("written: " + csv);
    out.println("         " + page);
  }
}
