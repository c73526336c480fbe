package dev.espalier.cuda.jcuda;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.espalier.cuda.driver.DriverException;
import dev.espalier.cuda.driver.Kernel;
import dev.espalier.cuda.driver.KernelParameter;
import dev.espalier.cuda.driver.Program;
import dev.espalier.tensor.spi.Elements;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jcuda.driver.CUfunction;
import jcuda.driver.CUjit_option;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/** A PTX module that the driver has compiled for its device. */
final class JCudaProgram implements Program, Resource {
  private static final int LOG_BYTES = 8192;
  private static final Pattern VERSION = Pattern.compile("(?m)^\\s*\\.version\\s+(\\S+)");

  private final JCudaContext context;
  private final CUmodule module = new CUmodule();
  private final Map<String, List<KernelParameter>> parameters;

  JCudaProgram(JCudaContext context, String ptx) {
    this.context = context;
    parameters = EntryParameters.of(ptx);
    context.enter();
    compile(ptx);
    context.opened(this);
  }

  private void compile(String ptx) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment image = arena.allocateFrom(ptx, UTF_8);
      MemorySegment log = arena.allocate(LOG_BYTES);
      MemorySegment values = arena.allocate(2L * Long.BYTES, Long.BYTES);
      values.setAtIndex(Elements.LONG, 0, log.address());
      values.setAtIndex(Elements.LONG, 1, LOG_BYTES);
      int[] options = {
        CUjit_option.CU_JIT_ERROR_LOG_BUFFER, CUjit_option.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES
      };
      int code =
          JCudaDriver.cuModuleLoadDataEx(
              module, Addresses.of(image), options.length, options, Addresses.of(values));
      if (code != CUresult.CUDA_SUCCESS) {
        throw rejected(code, ptx, log.getString(0, UTF_8), context.driverVersion());
      }
    }
  }

  /** Why a driver does not take a text. */
  static DriverException rejected(int code, String ptx, String log, int driverVersion) {
    String said = log.isBlank() ? "" : ":\n" + log.strip();
    String why =
        switch (code) {
          case CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION ->
              "the text is PTX ISA %s, which the driver (CUDA %s) does not know; update the driver"
                  .formatted(version(ptx), JCudaLibrary.dotted(driverVersion));
          case CUresult.CUDA_ERROR_INVALID_PTX, CUresult.CUDA_ERROR_INVALID_SOURCE ->
              "the text is not valid PTX; if it ships with Espalier, its jar is damaged";
          case CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU ->
              "the text is for a newer or another kind of GPU than this one";
          default -> "the module does not load";
        };
    return new DriverException(
        "cuModuleLoadDataEx of %,d characters of PTX".formatted(ptx.length()),
        "%s; %s%s".formatted(CudaCall.nameOf(code), why, said));
  }

  private static String version(String ptx) {
    Matcher line = VERSION.matcher(ptx);
    return line.find() ? line.group(1) : "without a version";
  }

  @Override
  public Kernel kernel(String name) {
    List<KernelParameter> taken = parameters.get(name);
    if (taken == null) {
      throw new DriverException(
          "kernel " + name,
          "the module has no such entry; it has " + parameters.keySet().stream().sorted().toList());
    }
    context.enter();
    var function = new CUfunction();
    CudaCall.check(
        JCudaDriver.cuModuleGetFunction(function, module, name), "cuModuleGetFunction " + name);
    return new JCudaKernel(context, function, name, taken);
  }

  @Override
  public void close() {
    if (context.closed(this)) {
      context.enter();
      CudaCall.check(JCudaDriver.cuModuleUnload(module), "cuModuleUnload");
    }
  }
}
