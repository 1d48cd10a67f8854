/// Models for other runtimes from the command line. Start at [ExportCommand].
@NullMarked
package dev.d2v.cli.export;

import org.jspecify.annotations.NullMarked;
