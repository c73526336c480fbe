package dev.espalier.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.Locale;

/** Asks NVIDIA's driver library, if there is one, for its devices. */
final class CudaProbe {
  private static final String LIBRARY =
      System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows")
          ? "nvcuda.dll"
          : "libcuda.so.1";

  private CudaProbe() {}

  /** One sentence: the devices, or why there are none. */
  static String describe() {
    try (Arena arena = Arena.ofConfined()) {
      SymbolLookup library = open(arena);
      if (library == null) {
        return "CUDA is absent: %s, a part of NVIDIA's driver, was not found".formatted(LIBRARY);
      }
      MemorySegment count = arena.allocate(JAVA_INT);
      int error = call(library, "cuInit", 0);
      if (error == 0) {
        error = call(library, "cuDeviceGetCount", count);
      }
      return error == 0
          ? "CUDA driver with %d device(s) found, but this version has no CUDA kernels"
              .formatted(count.get(JAVA_INT, 0))
          : "CUDA is absent: the driver answered with error %d".formatted(error);
    }
  }

  @SuppressWarnings("restricted")
  private static SymbolLookup open(Arena arena) {
    try {
      return SymbolLookup.libraryLookup(LIBRARY, arena);
    } catch (IllegalArgumentException _) {
      return null;
    }
  }

  private static int call(SymbolLookup library, String function, int argument) {
    return invoke(library, function, FunctionDescriptor.of(JAVA_INT, JAVA_INT), argument);
  }

  private static int call(SymbolLookup library, String function, MemorySegment argument) {
    return invoke(library, function, FunctionDescriptor.of(JAVA_INT, ADDRESS), argument);
  }

  @SuppressWarnings("restricted")
  private static int invoke(
      SymbolLookup library, String function, FunctionDescriptor type, Object argument) {
    var handle = Linker.nativeLinker().downcallHandle(library.findOrThrow(function), type);
    try {
      return (int) handle.invokeWithArguments(argument);
    } catch (Throwable e) {
      throw new IllegalStateException("%s in %s failed".formatted(function, LIBRARY), e);
    }
  }
}
