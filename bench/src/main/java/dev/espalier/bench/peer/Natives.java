package dev.espalier.bench.peer;

import dev.espalier.tensor.io.UserCache;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;

/** Native libraries that travel inside jars, called through the JDK's foreign functions. */
@SuppressWarnings("restricted")
public final class Natives {
  private static final Linker LINKER = Linker.nativeLinker();

  private final String peer;
  private final SymbolLookup symbols;

  private Natives(String peer, SymbolLookup symbols) {
    this.peer = peer;
    this.symbols = symbols;
  }

  /**
   * Loads libraries from a folder of the class path, in order; each may need those before it, which
   * the system may have as well.
   *
   * @param peer whose they are, for messages
   * @throws PeerUnavailableException if one is missing or does not load
   */
  public static Natives load(String peer, String folder, List<String> libraries) {
    if (!isLinuxX64()) {
      throw new PeerUnavailableException(
          "%s: its libraries are fetched for linux-x86_64 only, but this is %s %s"
              .formatted(peer, System.getProperty("os.name"), System.getProperty("os.arch")));
    }
    Path directory = null;
    for (String library : libraries) {
      directory = extract(peer, folder + "/" + library);
    }
    try {
      SymbolLookup last = null;
      for (String library : libraries) {
        last = SymbolLookup.libraryLookup(directory.resolve(library), Arena.global());
      }
      return new Natives(peer, last);
    } catch (IllegalArgumentException e) {
      throw new PeerUnavailableException(
          "%s: a library in %s does not load (%s); delete that folder, or see what ldd misses there"
              .formatted(peer, directory, e.getMessage()),
          e);
    }
  }

  private static boolean isLinuxX64() {
    return System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux")
        && System.getProperty("os.arch").matches("amd64|x86_64");
  }

  /** Into a folder of the user's cache that is named after the jar; once per machine. */
  private static Path extract(String peer, String resource) {
    URL found = Natives.class.getClassLoader().getResource(resource);
    if (found == null) {
      throw new PeerUnavailableException(
          "%s: %s is not on the class path; start bench/espalier with --peers"
              .formatted(peer, resource));
    }
    try {
      URLConnection connection = found.openConnection();
      long length = connection.getContentLengthLong();
      Path target =
          UserCache.directory()
              .resolve("peers")
              .resolve(jarName(found))
              .resolve(resource.substring(resource.lastIndexOf('/') + 1));
      if (!Files.exists(target) || Files.size(target) != length) {
        Files.createDirectories(target.getParent());
        Path part = Files.createTempFile(target.getParent(), "extract", ".part");
        try (InputStream in = connection.getInputStream()) {
          Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      }
      return target.getParent();
    } catch (IOException e) {
      throw new PeerUnavailableException(
          "%s: %s cannot be unpacked (%s)".formatted(peer, resource, e.getMessage()), e);
    }
  }

  /** {@code dnnl-3.11.jar} of {@code jar:file:/.../dnnl-3.11.jar!/org/...}. */
  private static String jarName(URL resource) {
    String text = resource.toString();
    int end = text.indexOf("!/");
    return end < 0 ? "unpacked" : text.substring(text.lastIndexOf('/', end - 1) + 1, end);
  }

  /** A function of the last library loaded, or of those that it was linked with. */
  public MethodHandle function(String name, FunctionDescriptor descriptor) {
    MemorySegment address =
        symbols
            .find(name)
            .orElseThrow(
                () ->
                    new PeerUnavailableException(
                        "%s: its library has no function %s; the version in bench/pom.xml does not fit"
                            .formatted(peer, name)));
    return LINKER.downcallHandle(address, descriptor);
  }

  /**
   * Sets a variable of the environment as native code sees it; libraries read theirs when loaded.
   */
  public static void setEnvironment(String name, String value) {
    MemoryLayout text = ValueLayout.ADDRESS;
    MethodHandle setenv =
        LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("setenv"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, text, text, ValueLayout.JAVA_INT));
    try (Arena arena = Arena.ofConfined()) {
      int status = (int) setenv.invokeExact(arena.allocateFrom(name), arena.allocateFrom(value), 1);
      if (status != 0) {
        throw new IllegalStateException("setenv of " + name + " failed");
      }
    } catch (Throwable e) {
      throw failure("setenv", e);
    }
  }

  /** What a foreign call threw, which is never checked. */
  public static RuntimeException failure(String call, Throwable e) {
    if (e instanceof RuntimeException runtime) {
      return runtime;
    }
    if (e instanceof Error error) {
      throw error;
    }
    return new IllegalStateException(call + " failed: " + e, e);
  }
}
