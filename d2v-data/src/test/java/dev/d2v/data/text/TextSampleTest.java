package dev.d2v.data.text;

import static dev.d2v.data.Refused.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TextSampleTest {
  private static final Path HOME =
      Path.of(System.getProperty("basedir", ".")).toAbsolutePath().resolve("..").normalize();

  @Test
  void bothPartsHaveTheSixNovels() {
    TextSample sample = TextSample.austen(HOME);
    TextTokenizer tokenizer = TextTokenizer.open(sample.tokenizer());
    LabelledText train = LabelledText.read(sample.train(), tokenizer, 128);
    LabelledText test = LabelledText.read(sample.test(), tokenizer, 128, train.classNames());
    assertEquals(
        List.of(
            "emma",
            "mansfieldpark",
            "northangerabbey",
            "persuasion",
            "prideprejudice",
            "sensesensibility"),
        train.classNames());
    for (LabelledText part : List.of(train, test)) {
      for (int c = 0; c < 6; c++) {
        int novel = c;
        long count = IntStream.range(0, part.size()).filter(i -> part.label(i) == novel).count();
        assertTrue(count >= 80, part.name() + ": " + part.classNames().get(c) + " " + count);
      }
    }
    String text = test.text(0);
    assertEquals(text, tokenizer.decode(tokenizer.encode(text)));
  }

  @Test
  void itsVocabularyIsTheOneThatTheCommandMakes() {
    TextSample sample = TextSample.austen(HOME);
    TextTokenizer tokenizer = TextTokenizer.open(sample.tokenizer());
    assertEquals(4_000, tokenizer.size());
    TextTokenizer made =
        BpeTrainer.train(TextSource.of(List.of(sample.train()), TextUnit.PARAGRAPH), 4_000);
    assertEquals(tokenizer.fingerprint(), made.fingerprint());
  }

  @Test
  void aMissingSampleIsNamed() {
    assertRefused("Restore the folder samples/", () -> TextSample.austen(Path.of("elsewhere")));
  }
}
