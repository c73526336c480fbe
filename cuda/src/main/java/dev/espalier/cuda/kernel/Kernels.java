package dev.espalier.cuda.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.espalier.cuda.driver.Driver;
import dev.espalier.cuda.driver.Kernel;
import dev.espalier.cuda.driver.Program;
import dev.espalier.cuda.memory.Closing;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The kernels that ship with Espalier, and those written at run time, on one device.
 *
 * <p>A module is one {@code .cu} file of {@code cuda/src/main/cuda}, shipped as PTX of the same
 * name; it is loaded when the first of its kernels is asked for.
 */
public final class Kernels implements AutoCloseable {
  private static final String FOLDER = "/dev/espalier/cuda/ptx/";

  private record Name(String module, String entry) {}

  private final Driver driver;
  private final ConcurrentHashMap<String, Program> programs = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Name, Kernel> kernels = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Object, Written> written = new ConcurrentHashMap<>();

  /** A kernel that does not ship, and its module. */
  private record Written(Program program, Kernel kernel) {
    static Written of(Program program, String entry) {
      return new Written(program, program.kernel(entry));
    }
  }

  /** Loads nothing yet. */
  public Kernels(Driver driver) {
    this.driver = driver;
  }

  /**
   * A kernel of a shipped module.
   *
   * @param module the name of its {@code .cu} file, without the ending
   * @param entry the name of its {@code __global__} function
   * @throws dev.espalier.cuda.driver.DriverException if the device does not accept the module, or
   *     the module has no such kernel
   */
  public Kernel get(String module, String entry) {
    var name = new Name(module, entry);
    Kernel known = kernels.get(name);
    if (known != null) {
      return known;
    }
    Program program = programs.computeIfAbsent(module, m -> driver.load(ptx(m)));
    return kernels.computeIfAbsent(name, n -> program.kernel(n.entry));
  }

  /**
   * A kernel of a module whose text is written on first use and kept.
   *
   * @param key a value that the text depends on alone; its class is that of no other kind of kernel
   * @param text writes the module
   */
  public Kernel written(Object key, String entry, Supplier<String> text) {
    return written.computeIfAbsent(key, _ -> Written.of(driver.load(text.get()), entry)).kernel();
  }

  /** How many kernels have been written at run time. */
  public int writtenCount() {
    return written.size();
  }

  /**
   * The shipped text of a module.
   *
   * @throws IllegalArgumentException if no module has that name
   */
  public static String ptx(String module) {
    try (InputStream text = Kernels.class.getResourceAsStream(FOLDER + module + ".ptx")) {
      if (text == null) {
        throw new IllegalArgumentException(
            "kernel module '%s': no %s.ptx is shipped; compile it with -Dptx=build"
                .formatted(module, module));
      }
      return new String(text.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Unloads what was loaded. */
  @Override
  public void close() {
    kernels.clear();
    List<Runnable> steps = new ArrayList<>();
    written.values().forEach(each -> steps.add(each.program::close));
    written.clear();
    programs.values().forEach(program -> steps.add(program::close));
    programs.clear();
    Closing.all(steps);
  }
}
