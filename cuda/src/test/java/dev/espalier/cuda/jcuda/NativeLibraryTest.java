package dev.espalier.cuda.jcuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that start at the same time share the folder into which libraries are unpacked. */
final class NativeLibraryTest {
  private static final String FOLDER = "java.io.tmpdir";
  private static final int SIZE = 1 << 20;

  @TempDir private Path folder;

  private final String before = System.getProperty(FOLDER);

  @BeforeEach
  void unpackHere() {
    System.setProperty(FOLDER, folder.toString());
  }

  @AfterEach
  void unpackAsBefore() {
    System.setProperty(FOLDER, before);
  }

  private static byte[] content(int value) {
    byte[] content = new byte[SIZE];
    Arrays.fill(content, (byte) value);
    return content;
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  @Test
  void aLibraryIsUnpackedWholeAndOnce() throws IOException {
    NativeLibrary.unpack("JCudaDriver");
    Path library = folder.resolve(NativeLibrary.fileName("JCudaDriver"));
    assertThat(files()).containsExactly(library);
    assertThat(Files.size(library)).isPositive();
    FileTime old = FileTime.fromMillis(0);
    Files.setLastModifiedTime(library, old);
    NativeLibrary.unpack("JCudaDriver");
    assertThat(Files.getLastModifiedTime(library)).as("untouched").isEqualTo(old);
  }

  @Test
  void whatAnotherProcessLeftUnfinishedIsReplaced() throws IOException {
    Path library = folder.resolve("library");
    Files.write(library, Arrays.copyOf(content(1), SIZE / 2));
    NativeLibrary.put(content(1), library);
    assertThat(Files.readAllBytes(library)).isEqualTo(content(1));
    assertThat(files()).containsExactly(library);
  }

  @Test
  void aLibraryThatNoArtifactHasIsLeftToJCuda() throws IOException {
    NativeLibrary.unpack("JNothing");
    assertThat(files()).isEmpty();
  }

  @Test
  void aFolderThatCannotBeWrittenIsNamed() {
    System.setProperty(FOLDER, folder.resolve("absent").toString());
    assertThatExceptionOfType(UnsatisfiedLinkError.class)
        .isThrownBy(() -> NativeLibrary.unpack("JCudaDriver"))
        .withMessageContainingAll("JCudaDriver", "cannot be unpacked", "absent");
  }

  /** Writers of two contents: whoever reads finds the whole of one of them. */
  @Test
  void nobodySeesAPartOfALibrary() throws Exception {
    Path library = folder.resolve("library");
    NativeLibrary.put(content(0), library);
    try (ExecutorService processes = Executors.newFixedThreadPool(4)) {
      List<Callable<Void>> work = new ArrayList<>();
      for (int who = 0; who < 4; who++) {
        boolean writes = who % 2 == 0;
        byte[] content = content(1 + who / 2);
        work.add(
            () -> {
              for (int i = 0; i < 20; i++) {
                if (writes) {
                  NativeLibrary.put(content, library);
                } else {
                  byte[] found = Files.readAllBytes(library);
                  assertThat(found).isEqualTo(content(found[0]));
                }
              }
              return null;
            });
      }
      for (Future<Void> done : processes.invokeAll(work)) {
        done.get();
      }
    }
    assertThat(files()).containsExactly(library);
  }
}
