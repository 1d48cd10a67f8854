package dev.d2v.cli.bench;

import dev.d2v.model.Batch;
import dev.d2v.model.train.Recipe;
import dev.d2v.model.train.StepPlan;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;

/// How much memory a step will make resident, said before anything is allocated.
///
/// @param jvmBytes resident when the plan was made: the JVM, its classes, the command so far
/// @param nurseryBytes what new objects have not touched yet of the heap's young generation
/// @param compiledBytes code that will be compiled, and the compiler's own room
/// @param packedBytes packed weights, sums and panels that kernels keep on the heap
/// @param batchBytes samples on the heap
/// @param parameterBytes values, gradients, moments and teacher
/// @param workspaceBytes a step's temporaries
public record ResidentMemory(
    long jvmBytes,
    long nurseryBytes,
    long compiledBytes,
    long packedBytes,
    long batchBytes,
    long parameterBytes,
    long workspaceBytes) {
  /// Code and profiles of the kernels, and what the compiler has not given back: measured.
  private static final long COMPILED = 33L << 20;

  /// Kernels' panels and sums, beside the largest weight, the MLP's: measured.
  private static final long PANELS = 20L << 20;

  /// For one run of a recipe, in this process as it is now.
  static ResidentMemory of(Recipe recipe, StepPlan plan) throws IOException {
    long batch = 0;
    for (Batch.Shape shape : recipe.largestBatches()) {
      batch += 4L * shape.samples() * shape.length();
    }
    return new ResidentMemory(
        now(),
        untouchedNursery(),
        COMPILED,
        PANELS + 4L * recipe.model().embedDim() * recipe.model().hidden(),
        batch,
        plan.parameterBytes(),
        plan.workspaceBytes());
  }

  /// All of it.
  public long totalBytes() {
    return jvmBytes
        + nurseryBytes
        + compiledBytes
        + packedBytes
        + batchBytes
        + parameterBytes
        + workspaceBytes;
  }

  private static long untouchedNursery() {
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      if (pool.getType() == MemoryType.HEAP && pool.getName().contains("Eden")) {
        return Math.max(0, pool.getUsage().getMax() - pool.getPeakUsage().getUsed());
      }
    }
    return 0;
  }

  /// Resident now; 0 on systems without /proc.
  static long now() throws IOException {
    return status("VmRSS:");
  }

  /// The most that was resident since the process began; 0 on systems without /proc.
  public static long most() throws IOException {
    return status("VmHWM:");
  }

  private static long status(String key) throws IOException {
    Path status = Path.of("/proc/self/status");
    if (Files.isReadable(status)) {
      for (String line : Files.readAllLines(status)) {
        if (line.startsWith(key)) {
          return 1024 * Long.parseLong(line.replaceAll("\\D", ""));
        }
      }
    }
    return 0;
  }
}
