package dev.d2v.cli.report;

import java.util.List;
import java.util.Optional;

/// Everything that a run's report shows, as plain host values. Empty lists and optionals leave
/// their section out.
///
/// @param title the run's name
/// @param summary one sentence: what was trained on what, for how long
/// @param verdict whether the features collapsed
/// @param panels the curves, see [Panels]
/// @param senses what is shown of each modality; where there are several, each has its heading
/// @param next what to try next, a sentence each
/// @param facts machine and settings
/// @param files what lies in the run's folder
/// @param resume the command that goes on with the run, empty when it is complete
public record ReportData(
    String title,
    String summary,
    Optional<Verdict> verdict,
    List<Panel> panels,
    List<Sense> senses,
    List<String> next,
    List<Fact> facts,
    List<RunFile> files,
    Optional<String> resume) {
  /// Copies the lists.
  public ReportData {
    panels = List.copyOf(panels);
    senses = List.copyOf(senses);
    next = List.copyOf(next);
    facts = List.copyOf(facts);
    files = List.copyOf(files);
  }

  /// How good a verdict is.
  public enum Level {
    /// As it should be.
    GOOD,
    /// Worth a look.
    DOUBTFUL,
    /// Broken.
    BAD
  }

  /// What the collapse monitor says.
  ///
  /// @param level how good it is
  /// @param headline a few words
  /// @param explanation the numbers behind it, in a sentence or two
  public record Verdict(Level level, String headline, String explanation) {}

  /// What a run's report shows of one modality.
  ///
  /// @param name its heading: `Images`, `Speech`, `Text`
  /// @param scores how well simple classifiers read the features
  /// @param masked some samples with their masks
  /// @param projection the held-out samples in the plane
  /// @param neighbours the nearest neighbours of some samples
  public record Sense(
      String name,
      List<Score> scores,
      List<Masked> masked,
      Optional<Projection> projection,
      List<Neighbours> neighbours) {
    /// Copies the lists.
    public Sense {
      scores = List.copyOf(scores);
      masked = List.copyOf(masked);
      neighbours = List.copyOf(neighbours);
    }

    /// Whether there is nothing to show.
    boolean empty() {
      return scores.isEmpty() && masked.isEmpty() && projection.isEmpty() && neighbours.isEmpty();
    }
  }

  /// One probe's accuracy on held-out samples.
  ///
  /// @param probe its name: `Linear probe`
  /// @param bars what it was trained on, from the sceptic's baseline to the trained encoder
  public record Score(String probe, List<Bar> bars) {
    /// Copies the list.
    public Score {
      bars = List.copyOf(bars);
    }
  }

  /// One bar of a score.
  ///
  /// @param features what the probe read: `raw pixels`, `untrained`, `trained`
  /// @param accuracy in [0,1]
  /// @param highlighted whether this is the one that counts
  public record Bar(String features, double accuracy, boolean highlighted) {}

  /// One diagram with curves over updates.
  ///
  /// @param title what it shows
  /// @param explanation what to look for, one sentence
  /// @param unit of the values, empty for plain numbers
  /// @param logarithmic whether the values' axis is
  /// @param curves one or more
  public record Panel(
      String title, String explanation, String unit, boolean logarithmic, List<Curve> curves) {
    /// Copies the list.
    public Panel {
      curves = List.copyOf(curves);
    }
  }

  /// Values over updates.
  ///
  /// @param name of the curve
  /// @param style from 0: which colour and dash it has
  /// @param updates ascending
  /// @param values as many; what is not finite is left out
  public record Curve(String name, int style, double[] updates, double[] values) {
    /// Checks the lengths.
    public Curve {
      if (updates.length != values.length) {
        throw new IllegalArgumentException(
            "curve '%s' has %d updates and %d values"
                .formatted(name, updates.length, values.length));
      }
    }
  }

  /// A sample with the masks of one update.
  ///
  /// @param exhibit the sample
  /// @param masks all of one length, true where something is hidden: of an image, the patches of a
  ///   square grid row by row; of a sound, its frames, which share it evenly; of a passage, its
  ///   tokens
  public record Masked(Exhibit exhibit, List<boolean[]> masks) {
    /// Checks the lengths and copies the list.
    public Masked {
      masks = List.copyOf(masks);
      for (boolean[] mask : masks) {
        if (mask.length != masks.getFirst().length) {
          throw new IllegalArgumentException(
              "masks of one sample have %d and %d values"
                  .formatted(masks.getFirst().length, mask.length));
        }
        switch (exhibit) {
          case Exhibit.Image(Picture picture) -> checkGrid(picture, mask.length);
          case Exhibit.Sound sound -> checkFrames(sound, mask.length);
          case Exhibit.Passage(List<String> tokens) -> {
            if (mask.length != tokens.size()) {
              throw new IllegalArgumentException(
                  "a mask over %d tokens has %d values".formatted(tokens.size(), mask.length));
            }
          }
        }
      }
    }

    private static void checkGrid(Picture picture, int patches) {
      int grid = grid(patches);
      if (grid < 1 || grid * grid != patches) {
        throw new IllegalArgumentException(
            "a mask of %d values does not cover a square grid of patches".formatted(patches));
      }
      if (picture.width() % grid != 0 || picture.height() % grid != 0) {
        throw new IllegalArgumentException(
            "%d x %d pixels cannot be cut into a grid of %d"
                .formatted(picture.width(), picture.height(), grid));
      }
    }

    private static void checkFrames(Exhibit.Sound sound, int frames) {
      if (frames < 1 || frames > sound.samples().length) {
        throw new IllegalArgumentException(
            "a mask of %d frames does not fit a sound of %d samples"
                .formatted(frames, sound.samples().length));
      }
    }

    /// Side of a square grid of patches.
    static int grid(int patches) {
      return (int) Math.round(Math.sqrt(patches));
    }
  }

  /// Samples in the plane.
  ///
  /// @param method how they came there: `first two principal components, 38 % of the variance`
  /// @param x one a sample
  /// @param y one a sample
  /// @param labels one a sample, index of its class
  /// @param classes names; a single one when there are no labels
  public record Projection(
      String method, double[] x, double[] y, int[] labels, List<String> classes) {
    /// Checks the lengths and the labels.
    public Projection {
      classes = List.copyOf(classes);
      if (x.length != y.length || x.length != labels.length) {
        throw new IllegalArgumentException(
            "a projection has %d x, %d y and %d labels"
                .formatted(x.length, y.length, labels.length));
      }
      for (int label : labels) {
        if (label < 0 || label >= classes.size()) {
          throw new IllegalArgumentException(
              "label %d is not among %d classes".formatted(label, classes.size()));
        }
      }
    }
  }

  /// A sample with the name of its class, empty when there are no labels.
  ///
  /// @param exhibit the sample
  /// @param className its class
  public record Example(Exhibit exhibit, String className) {}

  /// A sample and those whose features are most alike.
  ///
  /// @param query the sample
  /// @param nearest the nearest first
  public record Neighbours(Example query, List<Example> nearest) {
    /// Copies the list.
    public Neighbours {
      nearest = List.copyOf(nearest);
    }
  }

  /// A line of the table of machine and settings.
  ///
  /// @param group under which heading: `Machine`, `Model`, `Training`
  /// @param name what
  /// @param value how much, with its unit
  public record Fact(String group, String name, String value) {}

  /// A file or folder of the run.
  ///
  /// @param path within the run's folder
  /// @param meaning what it holds
  public record RunFile(String path, String meaning) {}
}
