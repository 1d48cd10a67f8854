/// What this machine can do. Start at [MachineReport].
@NullMarked
package dev.d2v.cli.doctor;

import org.jspecify.annotations.NullMarked;
