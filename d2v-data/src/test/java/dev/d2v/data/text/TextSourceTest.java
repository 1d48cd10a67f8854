package dev.d2v.data.text;

import static dev.d2v.data.Refused.assertRefused;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.d2v.tensor.io.FormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextSourceTest {
  @TempDir Path folder;

  /// Documents, each as one text.
  private static List<String> documents(TextSource source) {
    List<String> out = new ArrayList<>();
    StringBuilder open = new StringBuilder();
    for (Path file : source.files()) {
      source.read(
          file,
          new DocumentSink() {
            @Override
            public void part(String text, boolean begins) {
              assertEquals(begins, open.isEmpty());
              open.append(text);
            }

            @Override
            public void end() {
              out.add(open.toString());
              open.setLength(0);
            }
          });
    }
    return out;
  }

  private List<String> documents(String name, byte[] bytes, TextUnit unit) {
    try {
      Path file = Files.write(folder.resolve(name), bytes);
      return documents(TextSource.of(List.of(file), unit));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> lines(String text) {
    return documents("text.txt", text.getBytes(UTF_8), TextUnit.LINE);
  }

  private void assertBytesRefused(String because, byte[] bytes) {
    assertRefused(because, () -> documents("bad.txt", bytes, TextUnit.LINE));
    assertRefused("bad.txt: ", () -> documents("bad.txt", bytes, TextUnit.LINE));
  }

  private static byte[] bytes(String text, Charset charset) {
    return text.getBytes(charset);
  }

  private static byte[] gzipped(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  @Test
  void aDocumentIsALineOrAParagraph() {
    String text = "\n\n  one two  \nthree\r\n\r\n \u00a0\nfour\rfive\n\n\n";
    assertEquals(List.of("one two", "three", "four", "five"), lines(text));
    assertEquals(
        List.of("one two three", "four five"),
        documents("text.txt", text.getBytes(UTF_8), TextUnit.PARAGRAPH));
    assertEquals(List.of("no end of line"), lines("no end of line"));
    assertEquals(List.of(), lines(""));
    assertEquals(List.of("a", "b"), lines("a\r\n\rb\r"));
  }

  @Test
  void theMarkOfUtf8IsPassedOver() {
    assertEquals(List.of("é"), lines("\ufeffé"));
    assertEquals(List.of("a\ufeff"), lines("a\ufeff"));
    assertEquals(List.of(), lines("\ufeff"));
  }

  @Test
  void gzippedFilesAreUnpackedByWhatTheyAre() throws Exception {
    byte[] packed = gzipped(bytes("one\ntwo", UTF_8));
    assertEquals(List.of("one", "two"), documents("t.txt.gz", packed, TextUnit.LINE));
    assertEquals(List.of("one", "two"), documents("t.txt", packed, TextUnit.LINE));
    byte[] cut = Arrays.copyOf(packed, packed.length - 9);
    assertBytesRefused("the gzip data are cut short", cut);
  }

  @Test
  void whatIsNotUtf8IsRefusedWithTheByteAndAHint() {
    String accents = "ab\nd\u00e9j\u00e0 vu";
    assertBytesRefused(
        "line 2, at byte 4: expected text in UTF-8, found byte 0xe9", bytes(accents, ISO_8859_1));
    assertBytesRefused("In Latin-1 that is 'é'", bytes(accents, ISO_8859_1));
    assertBytesRefused("Windows-1252", new byte[] {'a', (byte) 0x93, 'b'});
    assertBytesRefused(
        "at byte 0: expected text in UTF-8, found the mark of UTF-16", bytes("text", UTF_16));
    assertBytesRefused(
        "at byte 1: expected text in UTF-8, found a byte 0", bytes("text", UTF_16LE));
    assertBytesRefused(
        "cut short within its last character", new byte[] {'a', (byte) 0xe2, (byte) 0x82});
    // overlong, a surrogate, beyond Unicode
    assertBytesRefused("at byte 0", new byte[] {(byte) 0xc0, (byte) 0xaf, 'x'});
    assertBytesRefused("at byte 1", new byte[] {'x', (byte) 0xed, (byte) 0xa0, (byte) 0x80, 'x'});
    assertBytesRefused(
        "at byte 0", new byte[] {(byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80});
    assertEquals(List.of("\ufffd itself is fine"), lines("\ufffd itself is fine"));
  }

  @Test
  void aLineLongerThanMemoryIsReadInPartsThatEncodeAsTheWhole() {
    TextTokenizer tokenizer = tokenizer();
    for (String unit : List.of("it's a  word, 12 ", "日本語。", "😀", "x", " \u3000", "a 'll'")) {
      String line = unit.repeat(1_500_000 / unit.length()) + "\u00e9 end";
      Path file = write("long.txt", "  " + line + "  \nnext\n");
      IntArray ids = new IntArray(16);
      List<Integer> parts = new ArrayList<>();
      new TextSource(List.of(file), TextUnit.PARAGRAPH)
          .read(
              file,
              new DocumentSink() {
                @Override
                public void part(String text, boolean begins) {
                  parts.add(text.length());
                  tokenizer.encode(text, begins, ids);
                }

                @Override
                public void end() {
                  parts.add(-1);
                }
              });
      assertArrayEquals(
          tokenizer.encode(WordSplitter.stripped(line) + " next"), ids.toArray(), unit);
      assertEquals(1, parts.stream().filter(n -> n < 0).count());
    }
  }

  private TextTokenizer tokenizer() {
    return BpeTrainer.train(
        new TextSource(List.of(write("train.txt", Texts.prose(1, 500))), TextUnit.LINE), 300);
  }

  private Path write(String name, String text) {
    try {
      return Files.writeString(folder.resolve(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void jsonLinesAreDocuments() throws Exception {
    String text =
        """
        {"text": "one\\ntwo", "label": "x"}

        {"label": 3, "text": " thr\\u00e9e ", "more": [1, {"a": null}]}
        {"text": "  "}
        """;
    assertEquals(
        List.of("one\ntwo", "thr\u00e9e"), documents("t.jsonl", bytes(text, UTF_8), TextUnit.LINE));
    assertEquals(
        List.of("one\ntwo", "thr\u00e9e"),
        documents("t.jsonl.gz", gzipped(bytes(text, UTF_8)), TextUnit.LINE));
    Path wrong = write("wrong.jsonl", "{\"text\": \"fine\"}\n{\"texts\": \"a\"}\n");
    TextSource source = TextSource.of(List.of(wrong), TextUnit.LINE);
    assertRefused(
        "line 2: expected an object with a string \"text\", found none", () -> documents(source));
    write("wrong.jsonl", "{\"text\": \"fine\"}\n{\"text\": 4}\n");
    assertRefused("found 4", () -> documents(source));
    write("wrong.jsonl", "{\"text\": \"fine\"}\n{\"text\": \"a\", }\n");
    FormatException format = assertThrows(FormatException.class, () -> documents(source));
    assertEquals(17 + 14, format.offset());
    write("wrong.jsonl", "[".repeat(100_000));
    assertThrows(FormatException.class, () -> documents(source));
    Files.write(wrong, new byte[] {'{', '"', (byte) 0xff, '"', '}'});
    assertRefused("line 1, at byte 2", () -> documents(source));
  }

  @Test
  void aFolderIsItsTextFilesByName() throws Exception {
    for (String name : List.of("b/2.txt", "a.txt", "c.jsonl.gz", "B.TXT", ".hidden.txt", "x.pdf")) {
      Path file = folder.resolve("data").resolve(name);
      Files.createDirectories(file.getParent());
      try (OutputStream out = Files.newOutputStream(file)) {
        out.write('x');
      }
    }
    TextSource source = TextSource.of(List.of(folder.resolve("data")), TextUnit.LINE);
    assertEquals(
        List.of("B.TXT", "a.txt", "b/2.txt", "c.jsonl.gz"),
        source.files().stream()
            .map(f -> folder.resolve("data").relativize(f).toString().replace('\\', '/'))
            .toList());
    assertEquals(source.files().getFirst() + " and 3 more", source.name());
    Path none = Files.createDirectories(folder.resolve("none"));
    assertRefused("found none", () -> TextSource.of(List.of(none), TextUnit.LINE));
    assertRefused(
        "found nothing there",
        () -> TextSource.of(List.of(folder.resolve("missing")), TextUnit.LINE));
  }
}
