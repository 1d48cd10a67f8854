package dev.d2v.data.speech;

import dev.d2v.data.DataException;
import dev.d2v.data.SkippedFiles;
import dev.d2v.data.common.FileListing;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/// Files of speech, decoded, resampled and normalised when asked for. Lengths come from their
/// headers. Made by [#open] for folders, by [LibriSpeech] and by [SpeechManifest].
///
/// A file that cannot be read, is silent or holds less than its header says is noted in
/// [#skipped()]; one that is too short is counted in [#tooShort()].
public final class SpeechFiles implements SpeechDataset {
  static final FileListing.Kind SOUNDS =
      new FileListing.Kind(
          "speech", "WAV, FLAC, OGG or MP3", Set.of("wav", "wave", "flac", "ogg", "oga", "mp3"));

  /// @param samples at 16 kHz; [#UNKNOWN] when the file's header shall tell
  /// @param transcript what is said
  record Entry(Path file, long samples, int label, Optional<String> transcript) {
    static final long UNKNOWN = -1;
  }

  private final String name;
  private final List<Entry> entries;
  private final List<String> classNames;
  private final SkippedFiles skipped;
  private final int tooShort;
  private final int otherFiles;
  private final ConcurrentMap<Integer, Resampler> resamplers = new ConcurrentHashMap<>();

  SpeechFiles(
      String name,
      List<Entry> found,
      List<String> classNames,
      int otherFiles,
      SpeechOptions options) {
    int total = found.size();
    this.name = name;
    this.classNames = List.copyOf(classNames);
    this.otherFiles = otherFiles;
    this.skipped =
        new SkippedFiles(options.skipLimit().orElse(SkippedFiles.usualLimit(total)), total);
    this.entries = new ArrayList<>(total);
    int few = 0;
    for (Entry entry : found) {
      long samples = samples(entry);
      if (samples >= options.minSamples()) {
        entries.add(new Entry(entry.file, samples, entry.label, entry.transcript));
      } else if (samples != Entry.UNKNOWN) {
        few++;
      }
    }
    this.tooShort = few;
    if (entries.isEmpty()) {
      throw new DataException(
          "%s: expected speech of at least %.2f s, found %d files that are shorter and %d that cannot be read. Lower the minimum, or name other data. %s"
              .formatted(
                  name,
                  options.minSamples() / (double) RATE_HZ,
                  tooShort,
                  skipped.count(),
                  skipped.summary()));
    }
  }

  /// Whether a file's name says that it is a recording.
  public static boolean isRecording(Path file) {
    return SOUNDS.has(file);
  }

  /// Opens a folder of WAV, FLAC, Ogg Vorbis and MP3 files. When every file lies in a sub-folder,
  /// the first sub-folder on its path is its class; classes and files are sorted by name. Files
  /// with other extensions are counted and left alone, names that begin with a dot are passed over.
  ///
  /// @throws DataException when it is missing, holds nothing long enough, or too many files cannot
  ///   be read
  public static SpeechFiles open(Path folder, SpeechOptions options) {
    FileListing listing = FileListing.of(folder, SOUNDS);
    return open(listing, listing.classes(), options);
  }

  /// Opens a folder whose classes are numbered as in another part of the same data set.
  ///
  /// @throws DataException when it has classes that the other part has not
  public static SpeechFiles open(Path folder, SpeechOptions options, List<String> classNames) {
    FileListing listing = FileListing.of(folder, SOUNDS);
    return open(listing, listing.classesAmong(classNames), options);
  }

  private static SpeechFiles open(
      FileListing listing, List<String> classNames, SpeechOptions options) {
    List<Entry> entries = new ArrayList<>();
    for (Path file : listing.files()) {
      int label = listing.className(file).map(classNames::indexOf).orElse(NO_LABEL);
      entries.add(new Entry(file, Entry.UNKNOWN, label, Optional.empty()));
    }
    return new SpeechFiles(
        listing.folder().toString(), entries, classNames, listing.others(), options);
  }

  /// Samples at 16 kHz, or unknown when the header cannot be read.
  private long samples(Entry entry) {
    if (entry.samples != Entry.UNKNOWN) {
      return entry.samples;
    }
    try {
      long samples = AudioDecoder.extent(entry.file).at(RATE_HZ);
      if (samples <= Integer.MAX_VALUE) {
        return samples;
      }
      skipped.note(entry.file, "its header says %d samples, over the limit".formatted(samples));
    } catch (UnreadableAudio e) {
      skipped.note(entry.file, e.reason());
    }
    return Entry.UNKNOWN;
  }

  /// Path of recording `i`.
  public Path file(int i) {
    return entries.get(i).file;
  }

  /// Number of files that are no speech by their extension.
  public int otherFiles() {
    return otherFiles;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int size() {
    return entries.size();
  }

  @Override
  public int length(int i) {
    return (int) entries.get(i).samples;
  }

  @Override
  public int label(int i) {
    return entries.get(i).label;
  }

  @Override
  public List<String> classNames() {
    return classNames;
  }

  @Override
  public Optional<String> transcript(int i) {
    return entries.get(i).transcript;
  }

  @Override
  public Optional<float[]> sample(int i) {
    try {
      return Optional.of(read(entries.get(i)));
    } catch (UnreadableAudio e) {
      skipped.note(e.file(), e.reason());
      return Optional.empty();
    }
  }

  private float[] read(Entry entry) throws UnreadableAudio {
    Waveform waveform = AudioDecoder.decode(entry.file);
    if (Waves.silent(waveform.samples())) {
      throw new UnreadableAudio(entry.file, "silent");
    }
    float[] samples = resampler(entry, waveform.sampleRateHz()).apply(waveform.samples());
    if (samples.length < entry.samples) {
      throw new UnreadableAudio(
          entry.file,
          "holds %d samples at 16 kHz where %d are promised"
              .formatted(samples.length, entry.samples));
    }
    return Waves.normalize(samples);
  }

  private Resampler resampler(Entry entry, int rate) throws UnreadableAudio {
    try {
      return resamplers.computeIfAbsent(rate, from -> new Resampler(from, RATE_HZ));
    } catch (IllegalArgumentException e) {
      throw new UnreadableAudio(entry.file, "at a rate that cannot be changed to 16 kHz", e);
    }
  }

  @Override
  public String describe(int i) {
    return entries.get(i).file.toString();
  }

  @Override
  public SkippedFiles skipped() {
    return skipped;
  }

  @Override
  public int tooShort() {
    return tooShort;
  }
}
