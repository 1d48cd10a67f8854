package dev.d2v.cli.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class DoctorTest {
  private static MachineReport machine(boolean c2, int bits, int cores, String hugePages) {
    return new MachineReport(
        "25",
        "vm",
        "/java",
        c2,
        "kernels",
        bits,
        cores,
        Optional.empty(),
        8L << 30,
        1L << 30,
        Optional.of(hugePages),
        Optional.empty(),
        List.of());
  }

  @Test
  @DisplayName("a good machine lacks the GPU only")
  void good() {
    assertEquals(
        List.of("GPU: this version computes on the processor only"),
        Doctor.findings(machine(true, 512, 2, "madvise")));
  }

  @Test
  @DisplayName("each thing that is missing is named with what it costs")
  void missing() {
    List<String> found = Doctor.findings(machine(false, 0, 1, "never"));
    assertEquals(5, found.size(), found.toString());
    assertTrue(found.get(0).contains("50 times slower"));
    assertTrue(found.get(1).contains("C2"));
    assertTrue(found.get(2).startsWith("one core"));
    assertTrue(found.get(3).contains("huge pages"));
  }

  @Test
  @DisplayName("this machine is described")
  void here() {
    MachineReport report = Doctor.examine(Optional.empty());
    assertEquals(Runtime.getRuntime().availableProcessors(), report.cores());
    assertTrue(report.limitBytes() > 0 && report.maxHeapBytes() > 0);
    assertTrue(report.vectorBits() % 128 == 0, report.kernels());
  }
}
