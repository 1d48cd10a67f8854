package dev.d2v.data.speech;

import dev.d2v.data.DataException;
import dev.d2v.tensor.random.RandomStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// Recognises what speech lies at a path.
///
/// | at the path | train | held out |
/// |---|---|---|
/// | folder with `train*/` and `val*/`, `dev*/` or `test*/` | the first ones | the first of these |
/// | folder with `train*.tsv` and `val*.tsv`, `dev*.tsv` or `test*.tsv` | the first | the second |
/// | a manifest `*.tsv`, or a folder with only one | 80 % | 20 % |
/// | folder with `train*/` alone | 80 % of it | 20 % of it |
/// | folder of files, perhaps in a sub-folder a class, or in LibriSpeech's layout | 80 % | 20 % |
///
/// Folders are of LibriSpeech's layout where there are files `*.trans.txt`; several folders
/// `train*/` are taken together only there. See [SpeechFiles], [LibriSpeech] and [SpeechManifest].
public final class SpeechDatasets {
  /// The stream that chooses the held-out part, `Streams.HELD_OUT` of d2v-nn.
  public static final int SPLIT_STREAM = 14;

  private static final double HELD_OUT = 0.2;
  private static final String MANIFEST = ".tsv";
  private static final List<String> HELD_OUT_NAMES = List.of("val", "dev", "test");

  private SpeechDatasets() {}

  /// Opens what lies at `path`; `seed` chooses the held-out fifth where there is no such part.
  ///
  /// @throws DataException when there is nothing usable, with what was expected
  public static SpeechSplits open(Path path, long seed, SpeechOptions options) {
    if (!Files.exists(path)) {
      throw new DataException(
          "%s: expected a folder of speech or a manifest (.tsv), found nothing there. Check the path."
              .formatted(path.toAbsolutePath()));
    }
    if (!Files.isDirectory(path)) {
      return holdOut(openFile(path, options), seed);
    }
    List<Path> manifests = list(path, file -> Files.isRegularFile(file) && isManifest(file));
    if (!manifests.isEmpty()) {
      return openManifests(path, manifests, seed, options);
    }
    List<Path> folders = list(path, Files::isDirectory);
    List<Path> train = folders.stream().filter(folder -> begins(folder, "train")).toList();
    Optional<Path> heldOut = heldOut(folders);
    if (!train.isEmpty() && heldOut.isPresent()) {
      return openParts(train, heldOut.get(), options);
    }
    boolean onlyTrain = !train.isEmpty() && train.equals(folders);
    return holdOut(openFolders(onlyTrain ? train : List.of(path), options), seed);
  }

  /// Holds out a fifth, at least one recording, chosen by `seed`; both parts keep the order of the
  /// whole.
  ///
  /// @throws DataException when there are fewer than two recordings
  public static SpeechSplits holdOut(SpeechDataset whole, long seed) {
    int n = whole.size();
    if (n < 2) {
      throw new DataException(
          "%s: expected at least 2 recordings, one to learn from and one to measure with, found %d. %s"
              .formatted(whole.name(), n, whole.leftOut()));
    }
    int[] order = new int[n];
    Arrays.setAll(order, i -> i);
    new RandomStream(seed, SPLIT_STREAM, 0, 0).shuffle(order);
    int held = Math.max(1, (int) (n * HELD_OUT));
    int[] heldOut = Arrays.copyOf(order, held);
    int[] train = Arrays.copyOfRange(order, held, n);
    Arrays.sort(heldOut);
    Arrays.sort(train);
    return new SpeechSplits(
        new SpeechSubset(whole, train, whole.name() + " (train part)"),
        new SpeechSubset(whole, heldOut, whole.name() + " (held-out part)"),
        "%d of %d recordings held out, chosen by seed %d".formatted(held, n, seed));
  }

  private static SpeechSplits openParts(List<Path> train, Path heldOut, SpeechOptions options) {
    SpeechDataset first = openFolders(train, options);
    SpeechDataset second =
        LibriSpeech.looksLike(heldOut)
            ? LibriSpeech.open(List.of(heldOut), options)
            : SpeechFiles.open(heldOut, options, first.classNames());
    return new SpeechSplits(
        first,
        second,
        "%s and %s/ as they are"
            .formatted(
                String.join(", ", train.stream().map(path -> path.getFileName() + "/").toList()),
                heldOut.getFileName()));
  }

  private static SpeechFiles openFolders(List<Path> folders, SpeechOptions options) {
    if (folders.stream().anyMatch(LibriSpeech::looksLike)) {
      return LibriSpeech.open(folders, options);
    }
    if (folders.size() > 1) {
      throw new DataException(
          "expected one folder to learn from, found %s. Name one of them, or put them into one."
              .formatted(folders));
    }
    return SpeechFiles.open(folders.getFirst(), options);
  }

  private static SpeechFiles openFile(Path file, SpeechOptions options) {
    if (!isManifest(file)) {
      throw new DataException(
          "%s: expected a folder of speech or a manifest (.tsv), found another file. %s"
              .formatted(
                  file,
                  SpeechFiles.SOUNDS.has(file)
                      ? "Name the folder that it lies in."
                      : "Archives must be unpacked first."));
    }
    return SpeechManifest.open(file, options);
  }

  private static SpeechSplits openManifests(
      Path folder, List<Path> manifests, long seed, SpeechOptions options) {
    if (manifests.size() == 1) {
      return holdOut(SpeechManifest.open(manifests.getFirst(), options), seed);
    }
    List<Path> train = manifests.stream().filter(file -> begins(file, "train")).toList();
    Optional<Path> heldOut = heldOut(manifests);
    if (train.size() != 1 || heldOut.isEmpty()) {
      throw new DataException(
          "%s: expected one manifest, or one beginning with train and one with val, dev or test, found %s. Name the file that is meant."
              .formatted(folder, manifests.stream().map(Path::getFileName).toList()));
    }
    return new SpeechSplits(
        SpeechManifest.open(train.getFirst(), options),
        SpeechManifest.open(heldOut.get(), options),
        "%s and %s as they are"
            .formatted(train.getFirst().getFileName(), heldOut.get().getFileName()));
  }

  private static Optional<Path> heldOut(List<Path> paths) {
    return HELD_OUT_NAMES.stream()
        .flatMap(name -> paths.stream().filter(path -> begins(path, name)))
        .findFirst();
  }

  /// Whether a path's name is `part`, or begins with it and a hyphen, underscore or dot; `val`
  /// stands for the longer words too.
  private static boolean begins(Path path, String part) {
    String words = part.equals("val") ? "val(id|idation)?" : part;
    return path.getFileName().toString().matches(words + "([-_.].*)?");
  }

  private static boolean isManifest(Path file) {
    return file.getFileName().toString().endsWith(MANIFEST);
  }

  /// What lies directly in a folder, sorted, hidden names left out.
  private static List<Path> list(Path folder, Predicate<Path> wanted) {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(path -> !path.getFileName().toString().startsWith("."))
          .filter(wanted)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new DataException("%s cannot be listed: %s".formatted(folder, e), e);
    }
  }
}
