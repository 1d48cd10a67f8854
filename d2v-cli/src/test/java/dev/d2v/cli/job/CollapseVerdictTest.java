package dev.d2v.cli.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.cli.report.ReportData;
import dev.d2v.cli.run.Metric;
import dev.d2v.cli.run.MetricsLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class CollapseVerdictTest {
  /// A run whose loss falls all the way, with these spreads of features at equal distances.
  private static ReportData.Verdict verdict(double targets, double... spreads) {
    List<MetricsLog.Line> lines = new ArrayList<>();
    for (int i = 0; i < spreads.length; i++) {
      lines.add(
          new MetricsLog.Line(
              10L * i + 1,
              Map.of(
                  Metric.LOSS.key(),
                  10.0 / (i + 1),
                  Metric.TARGET_VAR.key(),
                  targets,
                  Metric.LOCAL_SPREAD.key(),
                  0.4,
                  Metric.FEATURE_SPREAD.key(),
                  spreads[i])));
    }
    return CollapseVerdict.of(lines);
  }

  @Test
  void aSpreadThatStaysIsGood() {
    assertEquals(ReportData.Level.GOOD, verdict(0.9, 0.20, 0.18, 0.25).level());
  }

  @Test
  void aSpreadThatHalvesUnderAFallingLossIsSaidPlainly() {
    ReportData.Verdict verdict = verdict(0.9, 0.16, 0.15, 0.12, 0.09);
    assertEquals(ReportData.Level.DOUBTFUL, verdict.level());
    assertTrue(verdict.explanation().contains("0.160 at the start"), verdict.explanation());
    assertTrue(verdict.explanation().contains("0.090 at the end"), verdict.explanation());
  }

  @Test
  void nothingLeftIsACollapse() {
    assertEquals(ReportData.Level.BAD, verdict(0.9, 0.2, 0.1, 0.02).level());
    assertEquals(ReportData.Level.BAD, verdict(0.01, 0.2, 0.2, 0.2).level());
  }

  @Test
  void aRunThatKeptNoSpreadIsNotCalledGood() {
    List<MetricsLog.Line> none = List.of(new MetricsLog.Line(1, Map.of(Metric.LOSS.key(), 1.0)));
    assertEquals(ReportData.Level.DOUBTFUL, CollapseVerdict.of(none).level());
  }
}
