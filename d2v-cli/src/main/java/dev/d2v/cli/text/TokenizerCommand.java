package dev.d2v.cli.text;

import dev.d2v.cli.error.UserError;
import dev.d2v.cli.run.Terminal;
import dev.d2v.data.text.BpeTrainer;
import dev.d2v.data.text.TextSource;
import dev.d2v.data.text.TextTokenizer;
import dev.d2v.data.text.TextUnit;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.jr.ob.JSON;

/// `d2v tokenizer`: vocabularies of text.
@Command(
    name = "tokenizer",
    description = "Make a vocabulary from text, or see what one makes of a text.",
    mixinStandardHelpOptions = true)
public final class TokenizerCommand implements Runnable {
  @Spec private @Nullable CommandSpec spec;

  /// The group; [Train] and [Encode] do the work.
  public TokenizerCommand() {}

  @Override
  public void run() {
    if (spec != null) {
      throw new ParameterException(
          spec.commandLine(),
          "what shall be done? Try 'd2v tokenizer train' or 'd2v tokenizer encode'");
    }
  }

  /// `d2v tokenizer train FILES...`: a new vocabulary.
  @Command(
      name = "train",
      description = "Make a byte-level BPE vocabulary from text files.",
      mixinStandardHelpOptions = true,
      sortOptions = false)
  public static final class Train implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(
        arity = "1..*",
        paramLabel = "FILES",
        description =
            "Text in UTF-8, .jsonl with a \"text\" in each line, either gzipped too, or folders of"
                + " them.")
    private List<Path> files = new ArrayList<>();

    @Option(
        names = "--vocab-size",
        paramLabel = "N",
        description = "Tokens, five special ones and 256 bytes among them. Default: 8000.")
    private int size = 8_000;

    @Option(
        names = "--out",
        paramLabel = "FILE",
        description = "Where to write it, in Hugging Face's form. Default: tokenizer.json.")
    private Path out = Path.of("tokenizer.json");

    @Option(
        names = "--lines",
        description =
            "Every line of plain text stands alone. Default: lines go on to the next empty one.")
    private boolean lines;

    /// Writes to a terminal.
    public Train(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public Integer call() {
      if (size < BpeTrainer.SMALLEST || size > BpeTrainer.LARGEST) {
        throw new UserError(
            "--vocab-size must be %d to %d (256 bytes and five special tokens come first), got %d"
                .formatted(BpeTrainer.SMALLEST, BpeTrainer.LARGEST, size));
      }
      if (Files.exists(out)) {
        throw new UserError(out + " exists already: name another file with --out, or remove it");
      }
      Path folder = out.toAbsolutePath().getParent();
      if (folder == null || !Files.isDirectory(folder)) {
        throw new UserError("there is no folder for --out " + out + ": make it first");
      }
      TextUnit unit = lines ? TextUnit.LINE : TextUnit.PARAGRAPH;
      TextTokenizer tokenizer = BpeTrainer.train(TextSource.of(files, unit), size);
      tokenizer.save(out);
      terminal
          .out()
          .println(
              String.format(
                  Locale.ROOT,
                  "%s: %d tokens, fingerprint %s",
                  out,
                  tokenizer.size(),
                  tokenizer.fingerprint()));
      if (tokenizer.size() < size) {
        terminal
            .out()
            .println(
                "That is fewer than %d: no pair of tokens is left that occurs twice. More text gives more."
                    .formatted(size));
      }
      return 0;
    }
  }

  /// `d2v tokenizer encode TOKENIZER [TEXT]`: the numbers and pieces of a text.
  @Command(
      name = "encode",
      description = "The numbers and pieces that a vocabulary makes of a text.",
      mixinStandardHelpOptions = true,
      sortOptions = false)
  public static final class Encode implements Callable<Integer> {
    private final Terminal terminal;
    private final InputStream input;

    @Parameters(
        index = "0",
        paramLabel = "TOKENIZER",
        description =
            "A tokenizer.json, or a folder with fairseq's encoder.json, vocab.bpe and dict.txt, or"
                + " with vocab.json and merges.txt.")
    private Path tokenizer = Path.of("");

    @Parameters(
        index = "1",
        arity = "0..1",
        paramLabel = "TEXT",
        description = "The text; without it the lines of standard input.")
    private @Nullable String text;

    @Option(names = "--json", description = "A line of JSON for each text.")
    private boolean json;

    /// Reads `input` when no text is given, and writes to a terminal.
    public Encode(Terminal terminal, InputStream input) {
      this.terminal = terminal;
      this.input = input;
    }

    @Override
    public Integer call() throws IOException {
      TextTokenizer vocabulary = TextTokenizer.open(tokenizer);
      if (text != null) {
        print(vocabulary, text);
        return 0;
      }
      try (BufferedReader lines =
          new BufferedReader(new InputStreamReader(input, StandardCharsets.UTF_8.newDecoder()))) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          print(vocabulary, line);
        }
      } catch (CharacterCodingException e) {
        throw new UserError(
            "standard input is not UTF-8: convert it, for example with iconv -t UTF-8", e);
      }
      return 0;
    }

    private void print(TextTokenizer vocabulary, String line) throws IOException {
      int[] ids = vocabulary.encode(line);
      List<String> pieces = Arrays.stream(ids).mapToObj(vocabulary::spelling).toList();
      if (json) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("ids", ids);
        object.put("pieces", pieces);
        terminal.out().println(JSON.std.asString(object));
      } else {
        terminal
            .out()
            .println(Arrays.stream(ids).mapToObj(String::valueOf).collect(Collectors.joining(" ")));
        terminal.out().println(String.join(" ", pieces));
      }
    }
  }
}
