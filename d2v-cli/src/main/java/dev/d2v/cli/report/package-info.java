/// The `report.html` of a run: one file that needs nothing else. Start at [ReportData].
@NullMarked
package dev.d2v.cli.report;

import org.jspecify.annotations.NullMarked;
