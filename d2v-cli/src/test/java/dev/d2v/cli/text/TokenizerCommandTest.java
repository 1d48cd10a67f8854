package dev.d2v.cli.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.d2v.cli.Commands;
import dev.d2v.cli.Screen;
import dev.d2v.data.text.TextTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.jr.ob.JSON;

final class TokenizerCommandTest {
  private final Screen screen = new Screen();

  @TempDir private Path folder;
  private Path text;

  @BeforeEach
  void aText() throws IOException {
    text =
        Files.writeString(
            folder.resolve("text.txt"), "the cat and the hat and the bat and the rat\n");
  }

  private int d2v(String... arguments) {
    return Commands.run(screen.piped(), arguments);
  }

  @Test
  @DisplayName("train writes a tokenizer.json, encode prints numbers and pieces")
  void trainAndEncode() throws IOException {
    String out = folder.resolve("tokenizer.json").toString();
    assertEquals(
        0, d2v("tokenizer", "train", text.toString(), "--vocab-size", "266", "--out", out));
    TextTokenizer tokenizer = TextTokenizer.open(Path.of(out));
    assertEquals(266, tokenizer.size());
    assertEquals(out + ": 266 tokens, fingerprint " + tokenizer.fingerprint() + "\n", screen.out());
    assertEquals("", screen.err());
    Screen second = new Screen();
    assertEquals(0, Commands.run(second.piped(), "tokenizer", "encode", out, "the cat"));
    int[] ids = tokenizer.encode("the cat");
    String numbers = Arrays.stream(ids).mapToObj(String::valueOf).collect(Collectors.joining(" "));
    assertTrue(second.out().startsWith(numbers + "\n"), second.out());
    assertEquals(
        "the cat", second.out().lines().toList().get(1).replace(" ", "").replace('Ġ', ' '));
  }

  @Test
  @DisplayName("encode without a text reads lines of standard input; --json is a line for each")
  void standardInput() throws IOException {
    Path out = folder.resolve("tokenizer.json");
    d2v("tokenizer", "train", text.toString(), "--vocab-size", "266", "--out", out.toString());
    Screen lines = new Screen();
    TokenizerCommand.Encode encode =
        new TokenizerCommand.Encode(
            lines.piped(), new ByteArrayInputStream("é\n\n".getBytes(StandardCharsets.UTF_8)));
    assertEquals(0, new CommandLine(encode).execute(out.toString(), "--json"));
    List<String> objects = lines.out().lines().toList();
    assertEquals(2, objects.size());
    Map<String, Object> first = JSON.std.mapFrom(objects.getFirst());
    assertEquals(List.of("Ã", "©"), first.get("pieces"));
    List<Integer> ids = Arrays.stream(TextTokenizer.open(out).encode("é")).boxed().toList();
    assertEquals(ids, first.get("ids"));
    assertEquals("{\"ids\":[],\"pieces\":[]}", objects.getLast());
  }

  @Test
  @DisplayName("fewer tokens than asked for are said")
  void fewer() {
    String out = folder.resolve("small.json").toString();
    assertEquals(0, d2v("tokenizer", "train", text.toString(), "--out", out));
    assertTrue(screen.out().contains("That is fewer than 8000"), screen.out());
  }

  @Test
  @DisplayName("what cannot be is one sentence, and existing files stay as they are")
  void refused() throws IOException {
    String file = text.toString();
    Path latin = folder.resolve("latin.txt");
    Files.write(latin, "caf\u00e9 au lait".getBytes(StandardCharsets.ISO_8859_1));
    String out = folder.resolve("out.json").toString();
    assertEquals(1, d2v("tokenizer", "train", file, "--vocab-size", "260", "--out", out));
    assertEquals(1, d2v("tokenizer", "train", file, "--out", file));
    assertEquals(1, d2v("tokenizer", "train", file, "--out", folder.resolve("no/t.json") + ""));
    assertEquals(1, d2v("tokenizer", "train", latin.toString(), "--out", out));
    assertEquals(1, d2v("tokenizer", "encode", file, "x"));
    assertEquals(2, d2v("tokenizer"));
    assertEquals(2, d2v("tokenizer", "train"));
    assertEquals(
        """
        d2v: --vocab-size must be 261 to 1048576 (256 bytes and five special tokens come first), got 260
        d2v: %1$s/text.txt exists already: name another file with --out, or remove it
        d2v: there is no folder for --out %1$s/no/t.json: make it first
        d2v: %1$s/latin.txt: line 1, at byte 3: expected text in UTF-8, found byte 0xe9. In Latin-1 that is 'é': if so, convert it with iconv -f LATIN1 -t UTF-8.
        d2v: %1$s/text.txt: expected a tokenizer.json, found a file that is not JSON. Name a tokenizer.json (Hugging Face), encoder.json with vocab.bpe and dict.txt (fairseq), or vocab.json with merges.txt, or their folder.
        d2v: what shall be done? Try 'd2v tokenizer train' or 'd2v tokenizer encode'
             'd2v tokenizer --help' shows what there is
        d2v: missing required parameter: 'FILES'
             'd2v tokenizer train --help' shows what there is
        """
            .formatted(folder),
        screen.err());
    assertTrue(Files.notExists(Path.of(out)));
    assertTrue(Files.readString(text).startsWith("the cat"));
  }
}
