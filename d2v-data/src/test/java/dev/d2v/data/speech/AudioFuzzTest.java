package dev.d2v.data.speech;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.d2v.tensor.random.RandomStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Damaged files of every kind are decoded or refused as [UnreadableAudio]; nothing else happens,
/// and no more memory is held than the sound that is there can need.
class AudioFuzzTest {
  private static final List<String> SEEDS =
      List.of(
          "mono8.wav",
          "mono16.wav",
          "extensible24.wav",
          "float64.wav",
          "mono16.flac",
          "stereo16.flac",
          "stereo24.flac",
          "mono.ogg",
          "stereo.ogg",
          "mono.mp3",
          "untagged.mp3",
          "stereo44.mp3");

  /// Samples that a file of these sizes can hold: FLAC packs 65,536 equal ones into a few bytes.
  private static final int MOST_SAMPLES = 1 << 26;

  @TempDir Path folder;

  @Test
  void damagedFilesAreRefusedOrRead() throws Exception {
    fuzz(40, 1);
  }

  @Test
  @Tag("long")
  void manyDamagedFilesAreRefusedOrRead() throws Exception {
    fuzz(4_000, 2);
  }

  private void fuzz(int each, long seed) throws Exception {
    Path file = folder.resolve("fuzzed");
    int refused = 0;
    for (String name : SEEDS) {
      byte[] whole = Sounds.resource(name);
      for (int i = 0; i < each; i++) {
        RandomStream random = new RandomStream(seed, 1, SEEDS.indexOf(name), i);
        byte[] bytes = damaged(whole, random);
        if (name.endsWith(".ogg") && random.nextInt(4) > 0) {
          // Else hardly anything would get past the checksums.
          Sounds.repairPages(bytes);
        } else if (name.endsWith(".flac") && random.nextInt(4) > 0) {
          Arrays.fill(bytes, Math.min(26, bytes.length), Math.min(42, bytes.length), (byte) 0);
        }
        refused += tried(file, bytes, "%s, seed %d, number %d".formatted(name, seed, i)) ? 0 : 1;
      }
    }
    int all = each * SEEDS.size();
    assertTrue(refused > all / 4 && refused < all, refused + " of " + all + " were refused");
  }

  private static boolean tried(Path file, byte[] bytes, String what) throws Exception {
    Sounds.write(file, bytes);
    try {
      AudioDecoder.extent(file);
      Waveform waveform = AudioDecoder.decode(file);
      assertTrue(waveform.samples().length <= MOST_SAMPLES, what);
      return true;
    } catch (UnreadableAudio e) {
      assertTrue(e.reason().length() > 4 && e.file().equals(file), what);
      return false;
    } catch (RuntimeException | Error e) {
      return fail(what + " fails with " + e, e);
    }
  }

  private static byte[] damaged(byte[] whole, RandomStream random) {
    byte[] bytes = whole.clone();
    int header = Math.min(bytes.length, random.nextInt(3) == 0 ? bytes.length : 400);
    switch (random.nextInt(5)) {
      case 0 -> {
        for (int n = 1 + random.nextInt(8); n > 0; n--) {
          bytes[random.nextInt(header)] ^= (byte) (1 << random.nextInt(8));
        }
      }
      case 1 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
      case 2 -> {
        // A size that lies.
        int at = random.nextInt(header - 4);
        int[] lies = {0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 0x00ffffff, 0xffff};
        ByteOrder order = random.nextInt(2) == 0 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        ByteBuffer.wrap(bytes).order(order).putInt(at, lies[random.nextInt(lies.length)]);
      }
      case 3 -> {
        int at = random.nextInt(bytes.length);
        for (int n = Math.min(random.nextInt(200), bytes.length - at); n > 0; n--, at++) {
          bytes[at] = (byte) random.nextInt();
        }
      }
      default -> {
        // A piece is missing, or comes twice.
        int at = random.nextInt(bytes.length);
        int gap = Math.min(1 + random.nextInt(100), bytes.length - at);
        byte[] out = new byte[bytes.length];
        System.arraycopy(bytes, 0, out, 0, at);
        int rest = bytes.length - at - gap;
        if (random.nextInt(2) == 0) {
          System.arraycopy(bytes, at + gap, out, at, rest);
        } else {
          System.arraycopy(bytes, at, out, at + gap, rest);
        }
        bytes = out;
      }
    }
    return bytes;
  }
}
