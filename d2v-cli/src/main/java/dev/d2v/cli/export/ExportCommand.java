package dev.d2v.cli.export;

import dev.d2v.cli.embed.VectorOptions;
import dev.d2v.cli.error.UserError;
import dev.d2v.cli.run.Terminal;
import dev.d2v.embed.EmbedderOptions;
import dev.d2v.embed.Modality;
import dev.d2v.export.ExportOptions;
import dev.d2v.export.ExportReport;
import dev.d2v.export.OnnxExport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `d2v export --onnx FILE MODEL`: a trained encoder for other runtimes.
@Command(
    name = "export",
    description = {
      "A trained encoder as an ONNX model, for runtimes that are not d2v.",
      "MODEL is what 'd2v embed' takes: the folder of a run, a .pt file of fairseq's data2vec 2.0, or a"
          + " folder of a Hugging Face data2vec model; of text no vocabulary is needed. Batch and lengths"
          + " stay free. What goes in and comes out is printed, and in the file's metadata."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class ExportCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(index = "0", paramLabel = "MODEL", description = "What to open.")
  private Path model = Path.of(".");

  @Option(
      names = "--onnx",
      required = true,
      paramLabel = "FILE",
      description = "The file to write, NAME.onnx.")
  private Path onnx = Path.of(".");

  @Option(
      names = "--modality",
      paramLabel = "M",
      description = "image, speech or text, of a model that reads several.")
  private Optional<Modality> modality = Optional.empty();

  @Mixin private final VectorOptions vector = new VectorOptions();

  @Option(
      names = "--int8",
      description =
          "Linear layers in bytes: weights rounded for each channel, inputs when they are there"
              + " (dynamic quantisation). A quarter of the size; numbers change a little.")
  private boolean int8;

  @Option(
      names = "--external-data",
      description =
          "Weights in NAME.onnx.data beside the file, as is done anyway when they have more than 2 GiB.")
  private boolean externalData;

  @Option(names = "--force", description = "Replace files that exist.")
  private boolean force;

  /// Writes to a terminal.
  public ExportCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    for (Path file : List.of(onnx, OnnxExport.external(onnx))) {
      if (Files.exists(file) && !(force && Files.isRegularFile(file))) {
        throw new UserError(
            "%s exists already: choose another name%s"
                .formatted(file, Files.isRegularFile(file) ? ", or replace it with --force" : ""));
      }
    }
    Path folder = onnx.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new UserError("there is no folder %s to write to: make it first".formatted(folder));
    }
    EmbedderOptions embedding = vector.options();
    ExportReport report =
        OnnxExport.write(
            model,
            onnx,
            new ExportOptions(
                modality,
                embedding.teacher(),
                embedding.pooling(),
                embedding.layers(),
                embedding.normalized(),
                int8,
                externalData));
    terminal.out().printf("%s: %s%n", model, report.description());
    report.remarks().forEach(terminal.out()::println);
    terminal
        .out()
        .printf(
            "%s: ONNX, operators of version %d, %,d nodes, %,d bytes%n",
            onnx, report.opset(), report.nodes(), report.bytes());
    if (report.externalBytes() > 0) {
      terminal
          .out()
          .printf(
              "%s: %,d bytes, which go where the file goes%n",
              OnnxExport.external(onnx), report.externalBytes());
    }
    report.inputs().forEach(input -> terminal.out().println("  in   " + input));
    report.outputs().forEach(output -> terminal.out().println("  out  " + output));
    return 0;
  }
}
