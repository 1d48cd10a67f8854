package dev.d2v.cli.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A scale with round ticks between two positions on paper.
///
/// @param low value at `from`
/// @param high value at `to`
/// @param logarithmic whether equal steps are equal factors
/// @param from position of `low`
/// @param to position of `high`
record Axis(double low, double high, boolean logarithmic, double from, double to) {
  /// A tick and how it is written.
  record Tick(double value, String label) {}

  private static final double[] STEPS = {1, 2, 2.5, 5, 10};

  /// An axis that holds all of `low` to `high`, with some room where both are equal.
  static Axis over(double low, double high, boolean logarithmic, double from, double to) {
    double first = low;
    double last = high;
    if (!(first < last)) {
      double room = first == 0 ? 1 : Math.abs(first) * 0.1;
      first -= room;
      last += room;
    }
    if (logarithmic) {
      return new Axis(first / 1.1, last * 1.1, true, from, to);
    }
    double step = step(last - first, 4);
    double floor = Math.floor(first / step + 1e-9) * step;
    double ceiling = Math.ceil(last / step - 1e-9) * step;
    return new Axis(floor, ceiling, false, from, to);
  }

  /// The same without rounding outwards: for updates, which end where they end.
  static Axis exact(double low, double high, double from, double to) {
    return new Axis(low, high > low ? high : low + 1, false, from, to);
  }

  /// Where a value stands on paper.
  double at(double value) {
    double part =
        logarithmic ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
    return from + part * (to - from);
  }

  /// About `count` round values within the axis.
  List<Tick> ticks(int count) {
    return logarithmic ? powers() : linear(count);
  }

  private List<Tick> linear(int count) {
    double step = step(high - low, count);
    int digits = (int) Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    if (Math.abs(step * Math.pow(10, digits) - Math.rint(step * Math.pow(10, digits))) > 1e-6) {
      digits++;
    }
    List<Tick> ticks = new ArrayList<>();
    for (double i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) {
      ticks.add(new Tick(i * step, label(i * step, digits)));
    }
    return ticks;
  }

  /// 1, 2 and 5 times the powers of ten; the powers alone when there are many.
  private List<Tick> powers() {
    List<Tick> ticks = new ArrayList<>();
    boolean many = high / low > 100;
    for (int power = (int) Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
      for (int factor : many ? new int[] {1} : new int[] {1, 2, 5}) {
        double value = factor * Math.pow(10, power);
        if (value >= low && value <= high) {
          ticks.add(new Tick(value, number(value)));
        }
      }
    }
    return ticks;
  }

  private static double step(double span, int count) {
    double raw = span / count;
    double power = Math.pow(10, Math.floor(Math.log10(raw)));
    for (double step : STEPS) {
      if (step * power >= raw * 0.999) {
        return step * power;
      }
    }
    return 10 * power;
  }

  private static String label(double value, int digits) {
    if (digits > 5) {
      return number(value);
    }
    return String.format(Locale.ROOT, "%,." + digits + "f", value == 0 ? 0.0 : value);
  }

  /// Four significant digits, without needless zeros: `1,234`, `0.05`, `2e-5`.
  static String number(double value) {
    if (value == 0 || !Double.isFinite(value)) {
      return value == 0 ? "0" : String.valueOf(value);
    }
    double size = Math.abs(value);
    if (size >= 1000) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    if (size < 1e-3) {
      return String.format(Locale.ROOT, "%.3e", value)
          .replaceFirst("\\.?0+e", "e")
          .replaceFirst("e-0?", "e-");
    }
    int digits = (int) Math.max(0, 3 - Math.floor(Math.log10(size)));
    String text = String.format(Locale.ROOT, "%." + digits + "f", value);
    return text.contains(".") ? text.replaceFirst("\\.?0+$", "") : text;
  }
}
