package dev.d2v.cli.embed;

import dev.d2v.cli.error.Failures;
import dev.d2v.cli.error.UserError;
import dev.d2v.data.FolderDataset;
import dev.d2v.data.speech.SpeechFiles;
import dev.d2v.embed.Modality;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// The files that arguments name.
///
/// @param files in the order of the arguments
/// @param unread folders that could not be listed, each with why
/// @param empty named folders in which there was no such file
record FileList(List<Path> files, Map<Path, String> unread, List<Path> empty) {
  /// Files as they are; of folders the files, however deep, whose names say that they are of a
  /// modality, sorted. A file that is named twice counts once. Links to folders are followed where
  /// an argument is one.
  static FileList of(List<Path> arguments, Set<Modality> modalities) {
    Set<Path> all = new LinkedHashSet<>();
    Map<Path, String> unread = new LinkedHashMap<>();
    List<Path> empty = new ArrayList<>();
    for (Path argument : arguments) {
      if (!Files.isDirectory(argument)) {
        all.add(argument);
        continue;
      }
      Set<Path> found = new TreeSet<>();
      boolean whole = list(argument, modalities, found, unread);
      all.addAll(found);
      if (found.isEmpty() && whole) {
        empty.add(argument);
      }
    }
    return new FileList(new ArrayList<>(all), unread, empty);
  }

  /// Fails when there is nothing to do.
  void check(List<Path> arguments, Set<Modality> modalities) {
    if (files.isEmpty()) {
      throw new UserError(
          "no files of %s%s in %s"
              .formatted(
                  String.join(" or ", modalities.stream().map(Modality::noun).toList()),
                  unread.isEmpty() ? "" : " that can be read",
                  String.join(", ", arguments.stream().map(Path::toString).toList())));
    }
  }

  /// Whether all that is in a folder could be listed.
  private static boolean list(
      Path folder, Set<Modality> modalities, Set<Path> found, Map<Path, String> unread) {
    boolean whole = true;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
          whole &= list(entry, modalities, found, unread);
        } else if (modalities.stream().anyMatch(m -> is(entry, m)) && Files.isRegularFile(entry)) {
          found.add(entry);
        }
      }
      return whole;
    } catch (AccessDeniedException e) {
      unread.put(folder, "no permission to read this folder");
    } catch (DirectoryIteratorException e) {
      Throwable cause = e.getCause();
      unread.put(folder, Failures.sentence(cause == null ? e : cause));
    } catch (IOException e) {
      unread.put(folder, Failures.sentence(e));
    }
    return false;
  }

  private static boolean is(Path file, Modality modality) {
    return switch (modality) {
      case IMAGE -> FolderDataset.isImage(file);
      case SPEECH -> SpeechFiles.isRecording(file);
      // files of many texts, such as .jsonl, are not meant
      case TEXT -> file.toString().toLowerCase(Locale.ROOT).matches("(?s).*\\.(txt|text|md)");
    };
  }
}
