package dev.d2v.cli.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// The rows as a page with a bar an engine, as long as its share of the ceiling. It needs nothing
/// but itself.
public final class HtmlPage {
  private static final String STYLE =
      """
      :root { color-scheme: light dark; --ink: #1b2330; --soft: #5c6675; --line: #d9dee6;
        --own: #1f6feb; --rival: #a9b4c2; --back: #ffffff; --ceiling: #d1242f; }
      @media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --soft: #9aa4b2;
        --line: #333b47; --own: #4c8dff; --rival: #55606f; --back: #14181f; --ceiling: #ff6b73; } }
      body { font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--back);
        max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
      h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
      p { color: var(--soft); max-width: 46rem; }
      .case { margin: 1.1rem 0; break-inside: avoid; }
      .name { font-weight: 600; } .name span { font-weight: 400; color: var(--soft); }
      .bar { display: grid; grid-template-columns: 7rem 1fr 14rem; gap: .6rem;
        align-items: center; font-size: .85rem; line-height: 1.35; }
      .track { position: relative; height: .8rem; border-right: 2px solid var(--ceiling); }
      .fill { height: 100%; background: var(--rival); border-radius: 0 2px 2px 0; }
      .own .fill { background: var(--own); } .own { font-weight: 600; }
      .number { font-variant-numeric: tabular-nums; }
      .missing { color: var(--soft); }
      """;

  private final List<Contender> rivals;

  /// @param rivals in the order in which they are named
  public HtmlPage(List<Contender> rivals) {
    this.rivals = List.copyOf(rivals);
  }

  /// The page.
  public String of(String title, List<Row> rows) {
    StringBuilder page = new StringBuilder();
    page.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>")
        .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>")
        .append("<title>")
        .append(escaped(title))
        .append("</title><style>\n")
        .append(STYLE)
        .append("</style></head><body>\n<h1>")
        .append(escaped(title))
        .append("</h1>\n<p>A bar is an engine's share of the ceiling, the red line: multiply-adds")
        .append(" in registers, or memory traffic over as many bytes, whichever takes longer,")
        .append(" sampled between the runs. Engines took turns on the same numbers; times are")
        .append(
            " medians over the rounds. Beside a bar: its speed, and its time over d2v's.</p>\n");
    String heading = "";
    for (Row row : rows) {
      String own =
          row.family() + ", " + row.threads() + (row.threads() == 1 ? " thread" : " threads");
      if (!own.equals(heading)) {
        heading = own;
        page.append("<h2>").append(escaped(heading)).append("</h2>\n");
      }
      page.append(section(row));
    }
    return page.append("</body></html>\n").toString();
  }

  private String section(Row row) {
    List<Bar> bars = new ArrayList<>();
    List<String> failed = new ArrayList<>();
    bars.add(new Bar("d2v", row.seconds(), row.memoryBytes(), true));
    for (Contender rival : rivals) {
      switch (row.rivals().getOrDefault(rival.column(), new Row.Outcome.Absent())) {
        case Row.Outcome.Timed(double seconds, long memory) ->
            bars.add(new Bar(rival.name(), seconds, memory, false));
        case Row.Outcome.Absent ignored -> {}
        case Row.Outcome.Failed(String reason) -> failed.add(rival.name() + ": " + reason);
      }
    }
    bars.sort(Comparator.comparingDouble(Bar::seconds));
    double longest =
        Math.max(1, bars.stream().mapToDouble(b -> row.bound() / b.seconds()).max().orElse(1));
    String limit = row.boundByMemory() ? "memory" : "arithmetic";
    return String.format(
            Locale.ROOT,
            "<div class=\"case\"><div class=\"name\">%s <span>%.3f ms, bound by %s</span></div>%n",
            escaped(row.what()),
            1e3 * row.seconds(),
            limit)
        + bars.stream().map(b -> bar(row, b, longest)).collect(Collectors.joining())
        + failed.stream()
            .map(f -> "<div class=\"missing\">" + escaped(f) + "</div>\n")
            .collect(Collectors.joining())
        + "</div>\n";
  }

  private static String bar(Row row, Bar bar, double longest) {
    double share = row.bound() / bar.seconds();
    double rate = row.rate() * row.seconds() / bar.seconds();
    String ratio =
        bar.own()
            ? String.format(Locale.ROOT, "%.0f %%", 100 * share)
            : String.format(Locale.ROOT, "%.2f x", bar.seconds() / row.seconds());
    return String.format(
        Locale.ROOT,
        "<div class=\"bar%s\"><div>%s</div><div class=\"track\" style=\"width:%.1f%%\">"
            + "<div class=\"fill\" style=\"width:%.1f%%\"></div></div>"
            + "<div class=\"number\">%.1f %s, %s%s</div></div>%n",
        bar.own() ? " own" : "",
        escaped(bar.name()),
        100 / longest,
        100 * share,
        rate,
        row.unit(),
        ratio,
        bar.memoryBytes() == 0
            ? ""
            : String.format(Locale.ROOT, ", %.0f MiB", bar.memoryBytes() / 0x1p20));
  }

  private record Bar(String name, double seconds, long memoryBytes, boolean own) {}

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
