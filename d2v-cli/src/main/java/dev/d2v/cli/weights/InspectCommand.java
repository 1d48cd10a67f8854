package dev.d2v.cli.weights;

import dev.d2v.cli.error.UserError;
import dev.d2v.cli.run.Terminal;
import dev.d2v.model.checkpoint.Checkpoint;
import dev.d2v.model.checkpoint.FairseqWeights;
import dev.d2v.model.checkpoint.RunWeights;
import dev.d2v.model.checkpoint.Weights;
import dev.d2v.tensor.io.Json;
import dev.d2v.tensor.io.Npy;
import dev.d2v.tensor.io.TensorFile;
import dev.d2v.tensor.io.TorchFile;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `d2v inspect FILE`: what is in a file of weights, or a run.
@Command(
    name = "inspect",
    description = {
      "What is in a file of weights: tensors, types, shapes, configuration, hash.",
      "Reads .pt and .bin files of PyTorch, safetensors (single, or an index of parts), .npy files"
          + " and folders of them, runs and checkpoints of d2v. Reads headers, not the weights; what a file asks to run is never run."
    },
    mixinStandardHelpOptions = true)
public final class InspectCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(paramLabel = "FILE", description = "A file, or the folder of a run or checkpoint.")
  private Path path = Path.of(".");

  @Option(names = "--config", description = "Print the whole configuration too.")
  private boolean config;

  @Option(names = "--no-hash", description = "Leave out the SHA-256, which reads the whole file.")
  private boolean noHash;

  @Option(
      names = "--check",
      description =
          "Read everything and compare it with the check sums that an archive of PyTorch or a"
              + " checkpoint of d2v has.")
  private boolean check;

  @Option(names = "--json", description = "One JSON object on standard output.")
  private boolean json;

  /// Writes to a terminal.
  public InspectCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    if (path.toString().toLowerCase(Locale.ROOT).matches("(?s).*\\.onnx(\\.data)?")) {
      throw new UserError(
          "%s is an ONNX model, which 'd2v inspect' does not read: look at it with a viewer such as netron, or inspect the model that it was made of"
              .formatted(path));
    }
    List<Path> arrays = arrays();
    if (!arrays.isEmpty()) {
      return npy(arrays);
    }
    try (Weights weights = Weights.open(path)) {
      if (check) {
        terminal.err().println(checked(weights));
      }
      List<WeightFile> files = files(weights.tensors());
      if (json) {
        terminal.out().println(Json.text(object(weights, files)));
      } else {
        print(weights, files, terminal.out());
      }
    }
    return 0;
  }

  /// Compares with check sums; a sentence about what there were.
  private static String checked(Weights weights) throws IOException {
    if (weights instanceof RunWeights run) {
      Checkpoint.verify(run.checkpoint());
      return "check    both files have the SHA-256 that %s gives".formatted(Checkpoint.STATE);
    }
    int sums = weights.tensors() instanceof TorchFile torch ? torch.checkSums() : 0;
    return sums == 0
        ? "check    this form has no check sums"
        : "check    all %d entries have the check sums that the archive gives".formatted(sums);
  }

  /// Arrays of NumPy: the file itself, or those of a folder in which there is nothing else.
  private List<Path> arrays() throws IOException {
    if (Files.isRegularFile(path)) {
      return Npy.is(path) ? List.of(path) : List.of();
    }
    if (!Files.isDirectory(path)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(path)) {
      List<Path> all = entries.sorted().toList();
      return all.stream().allMatch(f -> f.toString().endsWith(".npy")) ? all : List.of();
    }
  }

  private int npy(List<Path> arrays) throws IOException {
    List<WeightFile> files = new ArrayList<>();
    List<TensorFile.Entry> entries = new ArrayList<>();
    for (Path array : arrays) {
      files.add(WeightFile.of(array, !noHash));
      entries.add(Npy.entry(array));
    }
    String description =
        Files.isDirectory(path)
            ? "a folder of %,d arrays of NumPy".formatted(arrays.size())
            : "an array of NumPy";
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("path", path.toString());
      object.put("description", description);
      object.put("files", files.stream().map(InspectCommand::object).toList());
      object.put("tensors", entries.stream().map(InspectCommand::object).toList());
      terminal.out().println(Json.text(object));
      return 0;
    }
    PrintStream out = terminal.out();
    out.println(path + ": " + description);
    files.forEach(file -> print(file, out));
    out.println();
    print(entries, out);
    return 0;
  }

  private List<WeightFile> files(TensorFile tensors) throws IOException {
    TreeSet<Path> paths = new TreeSet<>();
    paths.add(tensors.path());
    tensors.names().forEach(name -> paths.add(tensors.entry(name).file()));
    List<WeightFile> files = new ArrayList<>();
    for (Path file : paths) {
      files.add(WeightFile.of(file, !noHash));
    }
    return files;
  }

  private void print(Weights weights, List<WeightFile> files, PrintStream out) {
    TensorFile tensors = weights.tensors();
    out.println(weights.path() + ": " + weights.description());
    files.forEach(file -> print(file, out));
    out.printf(
        Locale.ROOT,
        "tensors  %,d of %,d numbers, %s%n",
        tensors.names().size(),
        numbers(tensors),
        types(tensors));
    out.printf(
        "names    %d of the student, %d of the teacher, %d others%n",
        weights.student().size(), weights.teacher().size(), weights.others().size());
    Architecture.of(weights).ifPresent(line -> out.println("model    " + safe(line)));
    weights.remarks().forEach(remark -> out.println("remark   " + safe(remark)));
    tensors
        .metadata()
        .forEach(
            (key, value) -> out.println("metadata " + safe(key) + " = " + safe(shortened(value))));
    if (config) {
      weights
          .configText()
          .ifPresent(c -> out.println("config   " + c.form() + "\n" + c.text().stripTrailing()));
    }
    out.println();
    print(tensors.names().stream().map(tensors::entry).toList(), out);
  }

  private static void print(WeightFile file, PrintStream out) {
    out.printf(Locale.ROOT, "file     %s, %,d bytes%n", file.path(), file.bytes());
    file.sha256().ifPresent(hash -> out.println("sha-256  " + hash));
  }

  private static void print(List<TensorFile.Entry> entries, PrintStream out) {
    int width = entries.stream().mapToInt(e -> safe(e.name()).length()).max().orElse(0);
    for (TensorFile.Entry entry : entries) {
      out.printf(
          "%-" + Math.max(1, Math.min(width, 80)) + "s  %-5s %s%n",
          safe(entry.name()),
          entry.dtype(),
          entry.shape());
    }
  }

  private static Map<String, Object> object(Weights weights, List<WeightFile> files) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("path", weights.path().toString());
    object.put("description", weights.description());
    Architecture.of(weights).ifPresent(line -> object.put("model", line));
    List<Object> fileObjects = new ArrayList<>();
    for (WeightFile file : files) {
      fileObjects.add(object(file));
    }
    object.put("files", fileObjects);
    List<Object> tensorObjects = new ArrayList<>();
    TensorFile tensors = weights.tensors();
    for (String name : tensors.names()) {
      tensorObjects.add(object(tensors.entry(name)));
    }
    object.put("numbers", numbers(tensors));
    object.put("student", weights.student());
    object.put("teacher", weights.teacher());
    if (weights instanceof FairseqWeights fairseq) {
      object.put("heads", fairseq.heads());
    }
    object.put("others", weights.others());
    object.put("remarks", weights.remarks());
    object.put("metadata", tensors.metadata());
    weights
        .configText()
        .ifPresent(c -> {
          object.put("configForm", c.form());
          object.put("config", c.text());
        });
    object.put("tensors", tensorObjects);
    return object;
  }

  private static Map<String, Object> object(WeightFile file) {
    Map<String, Object> f = new LinkedHashMap<>();
    f.put("path", file.path().toString());
    f.put("bytes", file.bytes());
    file.sha256().ifPresent(hash -> f.put("sha256", hash));
    return f;
  }

  private static Map<String, Object> object(TensorFile.Entry entry) {
    Map<String, Object> t = new LinkedHashMap<>();
    t.put("name", entry.name());
    t.put("dtype", entry.dtype());
    t.put("shape", Arrays.stream(entry.shape().toArray()).boxed().toList());
    t.put("file", entry.file().toString());
    t.put("begin", entry.begin());
    t.put("end", entry.end());
    return t;
  }

  private static long numbers(TensorFile tensors) {
    return tensors.names().stream().mapToLong(n -> tensors.entry(n).shape().size()).sum();
  }

  private static String types(TensorFile tensors) {
    Map<String, Integer> counts = new TreeMap<>();
    tensors.names().forEach(n -> counts.merge(tensors.entry(n).dtype(), 1, Integer::sum));
    return String.join(
        ", ", counts.entrySet().stream().map(e -> e.getValue() + " " + e.getKey()).toList());
  }

  /// Text of a stranger's file: control characters would drive the terminal.
  private static String safe(String text) {
    return text.chars().anyMatch(Character::isISOControl) ? Json.quoted(text) : text;
  }

  private static String shortened(String text) {
    return text.length() <= 60 ? text : text.substring(0, 60) + "...";
  }
}
