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
import org.junit.jupiter.api.Test;

/// Every kernel of the vocabulary is called by the contract of its family.
final class KernelNamesTest {
  /// To be changed together with the vocabulary.
  private static final int KERNELS = 43;

  @Test
  void everyKernelHasAContract() throws IOException {
    Path contracts =
        Repository.root().resolve("d2v-testkit/src/main/java/dev/d2v/testkit/contract");
    List<String> missing = new ArrayList<>();
    int count = 0;
    for (RecordComponent family : Kernels.class.getRecordComponents()) {
      String name = family.getType().getSimpleName();
      Path file = contracts.resolve(name.replace("Kernels", "Contract") + ".java");
      String source = Files.exists(file) ? SourceText.code(Files.readString(file)) : "";
      for (Method kernel : family.getType().getDeclaredMethods()) {
        count++;
        if (!source.matches("(?s).*\\.\\s*" + kernel.getName() + "\\s*\\(.*")) {
          missing.add(
              "  " + name + "." + kernel.getName() + " is not called in " + file.getFileName());
        }
      }
    }
    assertTrue(missing.isEmpty(), "kernels without a contract:\n" + String.join("\n", missing));
    assertEquals(KERNELS, count);
  }
}
