package dev.d2v.cli.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;

/// Speech and text that never were learned from.
final class MadeUpSenses {
  private static final List<String> DIGITS =
      List.of("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine");

  private static final List<String> NOVELS = List.of("Emma", "Persuasion");

  private static final int RATE_HZ = 16_000;
  private static final Pattern PIECE = Pattern.compile(" ?[A-Za-z]{1,6}| ?[^A-Za-z\\s]+|\\s");

  /// The first sentences of three novels by Jane Austen, in the public domain.
  private static final List<String> SENTENCES =
      List.of(
          "Emma Woodhouse, handsome, clever, and rich, with a comfortable home and happy"
              + " disposition, seemed to unite some of the best blessings of existence; and had"
              + " lived nearly twenty-one years in the world with very little to distress or vex"
              + " her.",
          "Sir Walter Elliot, of Kellynch Hall, in Somersetshire, was a man who, for his own"
              + " amusement, never took up any book but the Baronetage.",
          "It is a truth universally acknowledged, that a single man in possession of a good"
              + " fortune, must be in want of a wife.",
          "\"My dear Mr. Bennet,\" said his lady,\n\t\"have you heard?\"  \ud83c\udf3f"
              + " \u0645\u0631\u062d\u0628\u0627 <b>&amp;</b>");

  private MadeUpSenses() {}

  static ReportData.Sense speech(Random random) {
    List<ReportData.Masked> masked = new ArrayList<>();
    for (double seconds : new double[] {0.6, 5.5}) {
      Exhibit.Sound sound = sound(random, seconds);
      int frames = sound.samples().length / 320;
      masked.add(
          new ReportData.Masked(
              sound, List.of(spans(random, frames, 5), spans(random, frames, 5))));
    }
    List<ReportData.Neighbours> rows = new ArrayList<>();
    for (int row = 0; row < 3; row++) {
      List<ReportData.Example> nearest = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        nearest.add(
            new ReportData.Example(
                sound(random, 0.4 + 0.3 * random.nextDouble()),
                DIGITS.get(random.nextInt(4) == 0 ? row + 1 : row)));
      }
      rows.add(
          new ReportData.Neighbours(
              new ReportData.Example(sound(random, row == 2 ? 3 : 0.5), DIGITS.get(row)), nearest));
    }
    return new ReportData.Sense(
        "Speech",
        List.of(
            MadeUp.score("Linear probe", "mean log-mel", 0.55, 0.41, 0.83),
            MadeUp.score("k nearest neighbours (k = 20)", "mean log-mel", 0.48, 0.33, 0.71)),
        masked,
        Optional.of(MadeUp.projection(random, DIGITS)),
        rows);
  }

  static ReportData.Sense text(Random random) {
    List<ReportData.Masked> masked = new ArrayList<>();
    for (int i : new int[] {0, 3}) {
      Exhibit.Passage passage = passage(SENTENCES.get(i));
      int n = passage.tokens().size();
      masked.add(new ReportData.Masked(passage, List.of(spans(random, n, 1), spans(random, n, 1))));
    }
    List<ReportData.Neighbours> rows = new ArrayList<>();
    for (int row = 0; row < 2; row++) {
      List<ReportData.Example> nearest = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        nearest.add(
            new ReportData.Example(
                passage(SENTENCES.get(random.nextInt(SENTENCES.size()))),
                NOVELS.get(random.nextInt(2))));
      }
      rows.add(
          new ReportData.Neighbours(
              new ReportData.Example(passage(SENTENCES.get(row)), NOVELS.get(row)), nearest));
    }
    return new ReportData.Sense(
        "Text",
        List.of(MadeUp.score("Linear probe", "bag of tokens", 0.81, 0.66, 0.88)),
        masked,
        Optional.of(MadeUp.projection(random, NOVELS)),
        rows);
  }

  /// A voice of a kind: harmonics that glide, under a swell, and a hiss at the end.
  static Exhibit.Sound sound(Random random, double seconds) {
    float[] samples = new float[(int) (seconds * RATE_HZ)];
    double pitch = 100 + 80 * random.nextDouble();
    double glide = 0.5 + random.nextDouble();
    double formant = 400 + 500 * random.nextDouble();
    for (int i = 0; i < samples.length; i++) {
      double part = i / (double) samples.length;
      double swell = Math.pow(Math.sin(Math.PI * Math.min(1, part * 1.3)), 2);
      double voice = 0;
      for (int h = 1; h < 12; h++) {
        double hertz = h * pitch;
        double near = Math.exp(-Math.pow((hertz - formant * (1 + glide * part)) / 300, 2));
        voice += (near + 0.05 / h) * Math.sin(2 * Math.PI * hertz * i / RATE_HZ * (1 + 0.1 * part));
      }
      double hiss = part > 0.7 && part < 0.95 ? 0.4 * random.nextGaussian() : 0;
      samples[i] = (float) (2.5 * (swell * voice + hiss + 0.005 * random.nextGaussian()));
    }
    return new Exhibit.Sound(samples, RATE_HZ);
  }

  static Exhibit.Passage passage(String text) {
    return new Exhibit.Passage(PIECE.matcher(text).results().map(match -> match.group()).toList());
  }

  /// About half of the places hidden, in spans.
  private static boolean[] spans(Random random, int n, int length) {
    boolean[] mask = new boolean[n];
    for (int i = 0; i < n / length / 2; i++) {
      int from = random.nextInt(n - length + 1);
      Arrays.fill(mask, from, from + length, true);
    }
    return mask;
  }
}
