package dev.d2v.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("Linear layers in bytes")
final class Int8ExportTest {
  @TempDir private Path folder;

  private Received received(Path run, boolean int8, Sent sent, long... dims) throws Exception {
    Path file = folder.resolve(int8 ? "int8.onnx" : "f32.onnx");
    OnnxExport.write(run, file, ExportOptions.defaults().int8(int8));
    try (Exported exported = new Exported(file)) {
      return exported.run(sent, dims);
    }
  }

  private static double cosine(float[] a, float[] b) {
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      ab += (double) a[i] * b[i];
      aa += (double) a[i] * a[i];
      bb += (double) b[i] * b[i];
    }
    return ab / Math.sqrt(aa * bb);
  }

  @ParameterizedTest(name = "{0}: at most {1} of the size, cosine at least {2}")
  @CsvSource({"image-base,0.34,0.998", "speech-base,0.45,0.998", "text-base,0.34,0.998"})
  void shrinkTheFileAndHardlyTurnVectors(
      String recipe, double share, double least, TestReporter reporter) throws Exception {
    Path run =
        MadeRun.write(
            folder.resolve("run"),
            MadeRun.recipe(recipe, "model.embedDim=64", "model.heads=4", "model.mlpRatio=4"));
    boolean image = recipe.startsWith("image");
    Sent sent =
        image
            ? Sent.images(3, 192)
            : recipe.startsWith("text") ? Sent.texts(20, 9, 24) : Sent.clips(900, 500);
    long[] dims = image ? new long[] {3, 8, 8} : new long[0];
    Received f32 = received(run, false, sent, dims);
    Received int8 = received(run, true, sent, dims);
    double size =
        (double) Files.size(folder.resolve("int8.onnx")) / Files.size(folder.resolve("f32.onnx"));
    double cosine = cosine(f32.vectors(), int8.vectors());
    reporter.publishEntry(recipe, "size %.3f, cosine %.5f".formatted(size, cosine));
    assertTrue(size <= share, "size " + size);
    assertTrue(cosine >= least, "cosine " + cosine);
    assertTrue(cosine < 0.9999999, "it is not F32 under another name");
    assertEquals(f32.count(), int8.count());
  }
}
