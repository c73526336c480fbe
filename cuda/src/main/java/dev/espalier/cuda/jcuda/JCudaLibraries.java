package dev.espalier.cuda.jcuda;

import dev.espalier.cuda.library.DenseLibrary;
import dev.espalier.cuda.library.Libraries;
import dev.espalier.cuda.library.SparseLibrary;
import dev.espalier.cuda.memory.DeviceAllocator;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import jcuda.CudaException;

/** JCublas and JCusparse on one device, where CUDA's libraries are installed. */
public final class JCudaLibraries implements Libraries {
  private static final System.Logger LOG = System.getLogger("dev.espalier.cuda");

  /** What is so where a library is absent. */
  static final String DENSE = "dense products use Espalier's own kernels";

  static final String SPARSE =
      "nothing is compared with its sparse products, in whose place Espalier's own kernels always"
          + " are";

  private final JCudaDriver driver;
  private final DeviceAllocator allocator;
  private final List<String> absences = new ArrayList<>();
  private Optional<JCublasLibrary> dense;
  private Optional<JCusparseLibrary> sparse;

  /**
   * Loads nothing yet.
   *
   * @param allocator of the device, for the libraries' workspaces
   */
  public JCudaLibraries(JCudaDriver driver, DeviceAllocator allocator) {
    this.driver = driver;
    this.allocator = allocator;
  }

  @Override
  public synchronized Optional<DenseLibrary> dense() {
    if (dense == null) {
      dense =
          load("JCublas2", "libcublas.so.12", DENSE, () -> new JCublasLibrary(driver, allocator));
    }
    return dense.map(library -> library);
  }

  @Override
  public synchronized Optional<SparseLibrary> sparse() {
    if (sparse == null) {
      sparse =
          load(
              "JCusparse",
              "libcusparse.so.12",
              SPARSE,
              () -> new JCusparseLibrary(driver, allocator));
    }
    return sparse.map(library -> library);
  }

  private <T> Optional<T> load(String binding, String library, String instead, Supplier<T> open) {
    try {
      NativeLibrary.unpack(binding);
      return Optional.of(open.get());
    } catch (UnsatisfiedLinkError | NoClassDefFoundError | CudaException e) {
      String sentence = absence(binding, library, instead, e);
      absences.add(sentence);
      LOG.log(Level.WARNING, sentence);
      return Optional.empty();
    }
  }

  @Override
  public synchronized List<String> absences() {
    return List.copyOf(absences);
  }

  /** One sentence on why a library is not used. */
  static String absence(String binding, String library, String instead, Throwable error) {
    String text = String.valueOf(error.getMessage());
    String why =
        text.contains(library)
            ? "%s, a part of CUDA 12, was not found".formatted(library)
            : text.contains("No resource found")
                ? "%s was not found".formatted(NativeLibrary.fileName(binding))
                : text.lines().findFirst().orElse("no reason given");
    return "%s is absent (%s); %s".formatted(binding, why, instead);
  }

  @Override
  public synchronized void close() {
    if (dense != null) {
      dense.ifPresent(JCublasLibrary::close);
    }
    if (sparse != null) {
      sparse.ifPresent(JCusparseLibrary::close);
    }
    dense = Optional.empty();
    sparse = Optional.empty();
  }
}
