package dev.d2v.data;

import dev.d2v.data.common.FileListing;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// PNG, JPEG, WebP, GIF and BMP files in a folder and its sub-folders, decoded when asked for.
///
/// When every image lies in a sub-folder, the first sub-folder on its path is its class; classes
/// and files are sorted by name, so numbers are the same on every machine. Files with other
/// extensions are counted and left alone, names that begin with a dot are passed over. A file that
/// cannot be read is noted in [#skipped()]; the headers are looked at beforehand unless there are
/// very many.
public final class FolderDataset implements ImageDataset {
  private static final FileListing.Kind IMAGES =
      new FileListing.Kind(
          "images",
          "PNG, JPEG, WebP, GIF or BMP",
          Set.of("png", "jpg", "jpeg", "webp", "gif", "bmp"));

  /// How a folder is opened.
  ///
  /// @param skipLimit how many files may be unreadable; absent for [SkippedFiles#usualLimit]
  /// @param headersUpTo headers are checked when opening if there are at most this many files
  public record Options(OptionalInt skipLimit, int headersUpTo) {
    /// The usual limit, headers checked up to 50,000 files.
    public static Options usual() {
      return new Options(OptionalInt.empty(), 50_000);
    }
  }

  private final Path folder;
  private final List<Path> files;
  private final int[] labels;
  private final List<String> classNames;
  private final SkippedFiles skipped;
  private final int otherFiles;
  private final Optional<SizeRange> sizes;
  private final int channels;

  private FolderDataset(
      Path folder,
      FileListing listing,
      List<String> classNames,
      SkippedFiles skipped,
      boolean checkHeaders) {
    this.folder = folder;
    this.classNames = classNames;
    this.skipped = skipped;
    this.otherFiles = listing.others();
    List<Path> kept = new ArrayList<>(listing.files().size());
    this.sizes = checkHeaders ? readHeaders(listing.files(), kept, skipped) : Optional.empty();
    this.files = checkHeaders ? kept : listing.files();
    this.labels = new int[files.size()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = listing.className(files.get(i)).map(classNames::indexOf).orElse(NO_LABEL);
    }
    this.channels = firstReadable().channels();
  }

  /// Opens a folder as usual.
  public static FolderDataset open(Path folder) {
    return open(folder, Options.usual());
  }

  /// Opens a folder.
  ///
  /// @throws DataException when it is missing, holds no images, or too many cannot be read
  public static FolderDataset open(Path folder, Options options) {
    FileListing listing = FileListing.of(folder, IMAGES);
    return open(folder, options, listing, listing.classes());
  }

  /// Opens a folder whose classes are numbered as in another part of the same data set.
  ///
  /// @throws DataException when it has classes that the other part has not
  public static FolderDataset open(Path folder, Options options, List<String> classNames) {
    FileListing listing = FileListing.of(folder, IMAGES);
    return open(folder, options, listing, listing.classesAmong(classNames));
  }

  private static FolderDataset open(
      Path folder, Options options, FileListing listing, List<String> classNames) {
    int total = listing.files().size();
    SkippedFiles skipped =
        new SkippedFiles(options.skipLimit().orElse(SkippedFiles.usualLimit(total)), total);
    return new FolderDataset(folder, listing, classNames, skipped, total <= options.headersUpTo());
  }

  /// Whether a file's extension is one of those read here.
  public static boolean isImage(Path file) {
    return IMAGES.has(file);
  }

  private static Optional<SizeRange> readHeaders(
      List<Path> all, List<Path> kept, SkippedFiles skipped) {
    Optional<SizeRange> range = Optional.empty();
    for (Path file : all) {
      try {
        SizeRange size = ImageDecoder.size(file);
        range = Optional.of(range.map(size::and).orElse(size));
        kept.add(file);
      } catch (UnreadableImage e) {
        skipped.note(file, e.reason());
      }
    }
    return range;
  }

  private Pixels firstReadable() {
    for (int i = 0; i < files.size(); i++) {
      Optional<Pixels> image = image(i);
      if (image.isPresent()) {
        return image.get();
      }
    }
    throw new DataException(
        "%s holds no image that can be read. %s".formatted(folder, skipped.summary()));
  }

  /// Path of image `i`.
  public Path file(int i) {
    return files.get(i);
  }

  /// Number of files that are not images by their extension.
  public int otherFiles() {
    return otherFiles;
  }

  /// Decodes every file once, so that all unreadable ones are noted.
  ///
  /// @throws DataException when they are too many
  public SkippedFiles scan() {
    for (int i = 0; i < files.size(); i++) {
      image(i);
    }
    return skipped;
  }

  @Override
  public String name() {
    return folder.toString();
  }

  @Override
  public int size() {
    return files.size();
  }

  @Override
  public int channels() {
    return channels;
  }

  @Override
  public Optional<SizeRange> sizes() {
    return sizes;
  }

  @Override
  public int label(int i) {
    return labels[i];
  }

  @Override
  public List<String> classNames() {
    return classNames;
  }

  @Override
  public Optional<Pixels> image(int i) {
    try {
      return Optional.of(ImageDecoder.decode(files.get(i)));
    } catch (UnreadableImage e) {
      skipped.note(files.get(i), e.reason());
      return Optional.empty();
    }
  }

  @Override
  public String describe(int i) {
    return files.get(i).toString();
  }

  @Override
  public boolean inMemory() {
    return false;
  }

  @Override
  public SkippedFiles skipped() {
    return skipped;
  }
}
