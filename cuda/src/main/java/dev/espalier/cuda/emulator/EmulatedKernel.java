package dev.espalier.cuda.emulator;

import dev.espalier.cuda.driver.DeviceProperties;
import dev.espalier.cuda.driver.DriverException;
import dev.espalier.cuda.driver.Kernel;
import dev.espalier.cuda.driver.KernelArgument;
import dev.espalier.cuda.driver.KernelParameter;
import dev.espalier.cuda.driver.KernelResources;
import dev.espalier.cuda.driver.LaunchShape;
import dev.espalier.cuda.emulator.code.CompiledKernel;
import dev.espalier.cuda.emulator.ptx.Variable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** An entry of a loaded module. */
final class EmulatedKernel implements Kernel {
  private final EmulatedProgram program;
  private final CompiledKernel compiled;
  private final DeviceDescription device;
  private final Integer registers;
  private final List<KernelParameter> taken;
  private KernelResources resources;
  private int allowedSharedBytes;

  /**
   * @param registers of a thread; null if unknown, when the number that live at once in the PTX is
   *     taken, an estimate
   */
  EmulatedKernel(
      EmulatedProgram program,
      CompiledKernel compiled,
      DeviceDescription device,
      Integer registers) {
    this.program = program;
    this.compiled = compiled;
    this.device = device;
    this.registers = registers;
    taken = compiled.function().parameters().stream().map(EmulatedKernel::parameter).toList();
    allowedSharedBytes =
        device.properties().maxSharedBytesPerBlock() - compiled.staticSharedBytes();
  }

  private static KernelParameter parameter(Variable declared) {
    boolean single = declared.bytes() == declared.type().bytes();
    char kind =
        switch (declared.type().kind()) {
          case FLOAT -> 'f';
          case UNSIGNED -> 'u';
          case SIGNED -> 's';
          default -> 'b';
        };
    return new KernelParameter(single ? kind : 'b', Math.toIntExact(declared.bytes()));
  }

  CompiledKernel compiled() {
    return compiled;
  }

  @Override
  public String name() {
    return compiled.name();
  }

  @Override
  public synchronized KernelResources resources() {
    if (resources == null) {
      resources =
          new KernelResources(
              registers == null ? compiled.liveRegisters() : registers,
              compiled.staticSharedBytes(),
              compiled.localBytes(),
              Math.min(compiled.function().maxThreads(), device.properties().maxThreadsPerBlock()));
    }
    return resources;
  }

  @Override
  public void allowSharedBytes(int bytes) {
    DeviceProperties properties = device.properties();
    if (bytes < 0 || bytes > properties.maxSharedBytesPerBlockOptIn()) {
      throw new DriverException(
          "allowSharedBytes(%d) of %s".formatted(bytes, name()),
          "a block can have 0 to %d bytes on %s"
              .formatted(properties.maxSharedBytesPerBlockOptIn(), properties.name()));
    }
    allowedSharedBytes = Math.max(allowedSharedBytes, bytes);
  }

  /** Refuses a launch that the device would refuse. */
  void require(LaunchShape shape) {
    if (program.isClosed()) {
      throw new DriverException("launch of " + name(), "its program is closed");
    }
    try {
      shape.check(this, device.properties());
    } catch (IllegalArgumentException e) {
      throw new DriverException("launch of " + name(), e.getMessage());
    }
    if (shape.sharedBytes() > allowedSharedBytes) {
      throw new DriverException(
          "launch of " + name(),
          "%d bytes of dynamic shared memory exceed the %d allowed; call allowSharedBytes first"
              .formatted(shape.sharedBytes(), allowedSharedBytes));
    }
  }

  /** The bytes of the parameters. */
  byte[] parameters(List<KernelArgument> arguments) {
    String problem = KernelParameter.mismatch(taken, arguments);
    if (problem != null) {
      throw new DriverException("launch of " + name(), problem);
    }
    MemorySegment bytes = MemorySegment.ofArray(new byte[compiled.parameterBytes()]);
    for (int i = 0; i < arguments.size(); i++) {
      arguments.get(i).write(bytes, compiled.parameterOffset(i));
    }
    return bytes.toArray(ValueLayout.JAVA_BYTE);
  }
}
