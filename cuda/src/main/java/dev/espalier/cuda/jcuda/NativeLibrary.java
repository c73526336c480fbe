package dev.espalier.cuda.jcuda;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Locale;

/**
 * Puts JCuda's native libraries where JCuda looks for them.
 *
 * <p>JCuda unpacks a library from its own module, but on the module path each native artifact is a
 * module of its own; and it takes whatever file of the right name lies in the temporary folder,
 * even one that another process is still writing. So the file is put there whole before JCuda
 * looks.
 */
final class NativeLibrary {
  private static final String VERSION = "12.6.0";

  private NativeLibrary() {}

  /** A library's file name, such as {@code libJCudaDriver-12.6.0-linux-x86_64.so}. */
  static String fileName(String library) {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String machine = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    String arch = machine.equals("amd64") ? "x86_64" : machine;
    return system.startsWith("windows")
        ? "%s-%s-windows-%s.dll".formatted(library, VERSION, arch)
        : "lib%s-%s-linux-%s.so".formatted(library, VERSION, arch);
  }

  /**
   * Unpacks a library, if an artifact on the path has it; otherwise JCuda will say what it misses.
   *
   * @param library JCuda's name for it, such as {@code JCudaDriver}
   */
  static void unpack(String library) {
    String name = fileName(library);
    try (InputStream resource = ClassLoader.getSystemResourceAsStream("lib/" + name)) {
      if (resource != null) {
        put(resource.readAllBytes(), Path.of(System.getProperty("java.io.tmpdir"), name));
      }
    } catch (IOException e) {
      throw new UnsatisfiedLinkError("%s cannot be unpacked: %s".formatted(name, e));
    }
  }

  /** Makes a file have that content at once: nobody ever sees a part of it. */
  static void put(byte[] content, Path target) throws IOException {
    if (Files.exists(target)
        && Files.size(target) == content.length
        && Arrays.equals(Files.readAllBytes(target), content)) {
      return;
    }
    Path part = Files.createTempFile(target.getParent(), "jcuda", ".part");
    try {
      Files.write(part, content);
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException _) {
      Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
