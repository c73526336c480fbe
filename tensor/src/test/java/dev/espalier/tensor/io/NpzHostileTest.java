package dev.espalier.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class NpzHostileTest {
  /** Where fields lie in a central-directory header. */
  private static final int CRC = 16;

  private static final int COMPRESSED_SIZE = 20;
  private static final int SIZE = 24;

  @TempDir Path directory;

  private static byte[] vector(int... elements) {
    return HandMade.npy(
            "{'descr': '|u1', 'fortran_order': False, 'shape': (%d,), }".formatted(elements.length),
            elements)
        .toArray();
  }

  private static byte[] zip(String name, byte[] contents) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry(name));
      zip.write(contents);
      zip.closeEntry();
    }
    return bytes.toByteArray();
  }

  private static int find(byte[] bytes, int... signature) {
    for (int at = 0; ; at++) {
      int start = at;
      boolean found = true;
      for (int i = 0; i < 4; i++) {
        found &= (bytes[start + i] & 0xff) == signature[i];
      }
      if (found) {
        return at;
      }
    }
  }

  private static int directoryHeader(byte[] zip) {
    return find(zip, 'P', 'K', 1, 2);
  }

  private static byte[] withDirectoryField(byte[] zip, int field, int value) {
    byte[] changed = zip.clone();
    ByteBuffer.wrap(changed)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(directoryHeader(zip) + field, value);
    return changed;
  }

  private Path file(byte[] bytes) throws IOException {
    return Files.write(directory.resolve("bad.npz"), bytes);
  }

  private TensorFileException refusal(byte[] bytes, String field) throws IOException {
    Path file = file(bytes);
    return Refusal.of(file, field, () -> Npz.read(file));
  }

  private TensorFileException refusalAfterReading(byte[] bytes, String field) throws IOException {
    Path file = file(bytes);
    return Refusal.afterReading(file, field, () -> Npz.read(file));
  }

  @Test
  void emptyFile() throws IOException {
    refusal(new byte[0], "archive");
  }

  @Test
  void notAnArchive() throws IOException {
    refusal(vector(1, 2, 3), "archive");
  }

  @Test
  void truncatedAnywhere() throws IOException {
    byte[] whole = zip("a.npy", vector(1, 2, 3));
    for (int length = 0; length < whole.length; length++) {
      refusal(Arrays.copyOf(whole, length), "archive");
    }
  }

  @Test
  void memberThatIsNotNpy() throws IOException {
    assertThat(refusal(zip("notes.txt", vector(1)), "member name"))
        .hasMessageContaining("notes.txt");
    refusal(zip("folder/", new byte[0]), "member name");
  }

  @Test
  void memberWhoseContentsAreNotNpy() throws IOException {
    byte[] text = "hello, hello".getBytes(StandardCharsets.US_ASCII);
    assertThat(refusal(zip("a.npy", text), "magic").file()).endsWith("bad.npz!a.npy");
    refusal(zip("a.npy", new byte[0]), "magic");
  }

  @Test
  void duplicateMember() throws IOException {
    byte[] once = zip("a.npy", vector(1, 2, 3));
    int header = directoryHeader(once);
    int end = find(once, 'P', 'K', 5, 6);
    byte[] entry = Arrays.copyOfRange(once, header, end);
    byte[] tail = Arrays.copyOfRange(once, end, once.length);
    ByteBuffer fields = ByteBuffer.wrap(tail).order(ByteOrder.LITTLE_ENDIAN);
    fields.putShort(8, (short) 2).putShort(10, (short) 2).putInt(12, 2 * entry.length);
    byte[] twice =
        HandMade.bytes().raw(Arrays.copyOf(once, header)).raw(entry).raw(entry).raw(tail).toArray();
    assertThat(refusal(twice, "member name")).hasMessageContaining("a.npy twice");
  }

  @Test
  void declaredSizeBeyondWhatDeflateCanExpandTo() throws IOException {
    byte[] zip = zip("a.npy", vector(1, 2, 3));
    assertThat(refusal(withDirectoryField(zip, SIZE, Integer.MAX_VALUE), "size"))
        .hasMessageContaining("hold at most");
  }

  @Test
  void declaredCompressedSizeBeyondTheArchive() throws IOException {
    byte[] zip = zip("a.npy", vector(1, 2, 3));
    refusal(withDirectoryField(zip, COMPRESSED_SIZE, 1 << 30), "compressed size");
  }

  @Test
  void headerDeclaringMoreThanTheMemberHolds() throws IOException {
    byte[] contents =
        HandMade.npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000, 1000)}")
            .toArray();
    assertThat(refusal(zip("a.npy", contents), "elements"))
        .hasMessageContaining("8000000000000 bytes are needed");
  }

  @Test
  void memberLongerThanItsHeaderSays() throws IOException {
    byte[] contents = HandMade.bytes().raw(vector(1, 2, 3)).raw(new byte[5]).toArray();
    refusal(zip("a.npy", contents), "end of file");
  }

  @Test
  void memberShorterThanItsDeclaredSize() throws IOException {
    byte[] contents = vector(new int[64]);
    byte[] shorter = zip("a.npy", Arrays.copyOf(contents, contents.length - 1));
    refusalAfterReading(withDirectoryField(shorter, SIZE, contents.length), "elements");
  }

  @Test
  void memberLongerThanItsDeclaredSize() throws IOException {
    byte[] contents = vector(new int[64]);
    byte[] longer = zip("a.npy", HandMade.bytes().raw(contents).raw(new byte[1]).toArray());
    refusalAfterReading(withDirectoryField(longer, SIZE, contents.length), "end of member");
  }

  @Test
  void wrongChecksum() throws IOException {
    byte[] zip = zip("a.npy", vector(1, 2, 3));
    assertThat(refusalAfterReading(withDirectoryField(zip, CRC, 0xbad), "member"))
        .hasMessageContaining("00000bad");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 10, 60, 100})
  void corruptCompressedData(int position) throws IOException {
    Path file = directory.resolve("good.npz");
    try (Tensor tensor = Tensor.of(Shape.of(200), new float[200])) {
      for (int i = 0; i < 200; i++) {
        tensor.set(Math.sin(i), i);
      }
      Npz.writeCompressed(file, Map.of("a", tensor));
    }
    byte[] bytes = Files.readAllBytes(file);
    int data = 30 + "a.npy".length();
    bytes[data + position] ^= 0x55;
    Path bad = file(bytes);
    assertThat(Refusal.anyOf(() -> Npz.read(bad)).file()).endsWith("bad.npz!a.npy");
  }
}
