package dev.espalier.cuda.emulator;

import dev.espalier.cuda.driver.DriverException;
import dev.espalier.cuda.driver.Kernel;
import dev.espalier.cuda.driver.Program;
import dev.espalier.cuda.emulator.code.CompiledKernel;
import dev.espalier.cuda.emulator.machine.Allocation;
import dev.espalier.cuda.emulator.ptx.PtxException;
import dev.espalier.cuda.emulator.ptx.PtxFunction;
import dev.espalier.cuda.emulator.ptx.PtxModule;
import dev.espalier.cuda.emulator.ptx.StateSpace;
import dev.espalier.cuda.emulator.ptx.Variable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** A module, decoded and with its variables in the device's memory. */
final class EmulatedProgram implements Program {
  private static final int MAX_MAJOR = 9;

  /** A line of the manifest that the build puts above compiled modules. */
  private static final Pattern USAGE = Pattern.compile("^// usage (\\w+) (\\S+) registers (\\d+) ");

  private final EmulatedDriver driver;
  private final Map<String, EmulatedKernel> kernels = new TreeMap<>();
  private final List<Long> variables = new ArrayList<>();
  private boolean closed;

  private EmulatedProgram(EmulatedDriver driver) {
    this.driver = driver;
  }

  static EmulatedProgram load(EmulatedDriver driver, String ptx) {
    EmulatedProgram program = new EmulatedProgram(driver);
    try {
      program.build(PtxModule.parse(ptx), registers(ptx, driver.properties().architecture()));
    } catch (PtxException e) {
      program.release();
      throw new DriverException("load of a PTX module", e.getMessage());
    }
    return program;
  }

  private void build(PtxModule module, Map<String, Integer> registers) {
    requireTarget(module);
    Map<Variable, Long> addresses = new HashMap<>();
    for (Variable variable : module.variables()) {
      if (variable.space() != StateSpace.SHARED) {
        addresses.put(variable, place(variable));
      }
    }
    for (PtxFunction function : module.functions().values()) {
      if (function.entry()) {
        CompiledKernel compiled =
            CompiledKernel.compile(module, function, addresses, driver.approximations());
        kernels.put(
            function.name(),
            new EmulatedKernel(this, compiled, driver.device(), registers.get(function.name())));
      }
    }
  }

  /** What the comments above a module say that the assembler gives its kernels' threads. */
  private static Map<String, Integer> registers(String ptx, String architecture) {
    Map<String, Integer> registers = new HashMap<>();
    ptx.lines()
        .takeWhile(line -> line.startsWith("//"))
        .map(USAGE::matcher)
        .filter(usage -> usage.find() && usage.group(1).equals(architecture))
        .forEach(usage -> registers.put(usage.group(2), Integer.valueOf(usage.group(3))));
    return registers;
  }

  private void requireTarget(PtxModule module) {
    String major = module.version().split("\\.", 2)[0];
    if (!major.matches("\\d{1,3}") || Integer.parseInt(major) > MAX_MAJOR) {
      throw new PtxException(
          1, "version " + module.version() + " is newer than the " + MAX_MAJOR + ".x known here");
    }
    String digits = module.target().replaceAll("\\D", "");
    long wanted =
        digits.isEmpty() ? 0 : Long.parseLong(digits, 0, Math.min(9, digits.length()), 10);
    int own = driver.properties().computeMajor() * 10 + driver.properties().computeMinor();
    if (wanted > own) {
      throw new PtxException(
          1,
          "the module is for %s, the device is %s"
              .formatted(module.target(), driver.properties().architecture()));
    }
  }

  private long place(Variable variable) {
    Allocation allocation =
        driver.heap().allocateVariable(variable.name(), Math.max(variable.bytes(), 1));
    if (allocation == null) {
      throw new PtxException(1, "no memory is left for the variable '" + variable.name() + "'");
    }
    variables.add(allocation.base);
    if (variable.initial() != null) {
      System.arraycopy(variable.initial(), 0, allocation.bytes, 0, variable.initial().length);
    }
    return allocation.base;
  }

  @Override
  public Kernel kernel(String name) {
    EmulatedKernel kernel = kernels.get(name);
    if (kernel == null) {
      throw new DriverException(
          "kernel '" + name + "'",
          "the module has no such entry; it has " + String.join(", ", kernels.keySet()));
    }
    return kernel;
  }

  boolean isClosed() {
    return closed;
  }

  private void release() {
    closed = true;
    variables.forEach(driver.heap()::free);
    variables.clear();
  }

  @Override
  public void close() {
    if (!closed) {
      release();
      driver.closed(this);
    }
  }
}
