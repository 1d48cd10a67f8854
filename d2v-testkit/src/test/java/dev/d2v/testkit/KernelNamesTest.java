package dev.d2v.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.tensor.kernel.Kernels;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Every kernel of the vocabulary is called by a contract.
final class KernelNamesTest {
  /// To be changed together with the vocabulary.
  private static final int KERNELS = 53;

  @Test
  void everyKernelHasAContract() throws IOException {
    Path folder = Repository.root().resolve("d2v-testkit/src/main/java/dev/d2v/testkit/contract");
    StringBuilder contracts = new StringBuilder();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        contracts.append(SourceText.code(Files.readString(file)));
      }
    }
    List<String> missing = new ArrayList<>();
    int count = 0;
    for (RecordComponent family : Kernels.class.getRecordComponents()) {
      for (Method kernel : family.getType().getDeclaredMethods()) {
        count++;
        if (!Pattern.compile("\\.\\s*" + kernel.getName() + "\\s*\\(").matcher(contracts).find()) {
          missing.add("  " + family.getName() + "." + kernel.getName());
        }
      }
    }
    assertTrue(missing.isEmpty(), "kernels without a contract:\n" + String.join("\n", missing));
    assertEquals(KERNELS, count);
  }
}
