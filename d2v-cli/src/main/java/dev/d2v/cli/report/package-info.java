/// The `report.html` of a run. Start at [ReportData].
@NullMarked
package dev.d2v.cli.report;

import org.jspecify.annotations.NullMarked;
