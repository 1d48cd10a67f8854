package dev.d2v.data.text;

import java.util.List;
import java.util.Random;

/// Texts for tests, by hand and at random.
final class Texts {
  /// One of each kind of trouble.
  static final List<String> ODD =
      List.of(
          "",
          " ",
          "   ",
          "\n",
          " \n\t ",
          "a",
          "Hello world, self-supervised!",
          "I've we'll they're it's I'm he'd don't 'S 'LL ''s '' ' 'x 'r 're're",
          "  two  spaces   three ",
          "tabs\tand\r\nlines\n\n\nend\n",
          "1234567890 3.14159 1e-6 ½ Ⅷ ٣٤٥ 五",
          "naïve café — “quotes” … ¿qué?",
          "e\u0301 n\u0303 a\u0300\u0301\u0302 \u0301alone",
          "😀👍🏽👨‍👩‍👧‍👦🇩🇪 😀😀 x😀y",
          "\u0627\u0644\u0633\u0644\u0627\u0645 \u05e9\u05dc\u05d5\u05dd \u200f(abc)\u200e",
          "日本語のテキスト。中文文本，한국어 텍스트",
          "हिन्दी पाठ ภาษาไทย ქართული",
          "\u00a0\u2003\u3000x\u2028y\u0085z\u200bw\ufeff",
          "\u0000\u0001\u001c\u001f\u007f\u0080",
          "<s>Hello</s> <mask> <pad>",
          "http://example.org/a?b=c&d=%20#x __init__ a_b camelCase $100.00 #tag @me",
          "Ġ Ċ ĠĠ \ufffd");

  private static final String[] ATOMS = {
    " ",
    "  ",
    "\n",
    "\t",
    "'",
    "'s",
    "'ll",
    "a",
    "b",
    "the",
    " of",
    "Ing",
    "é",
    "e\u0301",
    "7",
    "½",
    "!",
    "...",
    "-",
    "😀",
    "\u200d",
    "\u00a0",
    "\u3000",
    "中",
    "ا",
    "\u0085",
    "\u001c",
    "_",
    "\u2028",
    "Hello",
    "world",
    "'re",
    "'ve",
    "'d",
    "'t",
    "'m",
    "ß",
    "İ",
    "\ud83c\uddea",
    "\r\n"
  };

  private Texts() {}

  /// Up to `atoms` words, signs and spaces, in any order.
  static String random(Random random, int atoms) {
    StringBuilder out = new StringBuilder();
    for (int i = random.nextInt(atoms + 1); i > 0; i--) {
      if (random.nextInt(8) == 0) {
        int point;
        do {
          point = random.nextInt(random.nextBoolean() ? 0x3000 : 0x110000);
        } while (point >= 0xd800 && point < 0xe000);
        out.appendCodePoint(point);
      } else {
        out.append(ATOMS[random.nextInt(ATOMS.length)]);
      }
    }
    return out.toString();
  }

  /// So many words of lower-case letters, short ones more often, with full stops now and then.
  static String prose(long seed, int words) {
    Random random = new Random(seed);
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < words; i++) {
      int number = (int) Math.pow(500, random.nextDouble());
      Random letters = new Random(number);
      for (int j = 1 + letters.nextInt(8); j >= 0; j--) {
        out.append((char) ('a' + letters.nextInt(12)));
      }
      out.append(random.nextInt(9) == 0 ? ". " : " ");
    }
    return out.toString();
  }
}
