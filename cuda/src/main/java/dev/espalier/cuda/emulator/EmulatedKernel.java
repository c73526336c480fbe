package dev.espalier.cuda.emulator;

import dev.espalier.cuda.driver.DeviceProperties;
import dev.espalier.cuda.driver.DriverException;
import dev.espalier.cuda.driver.Kernel;
import dev.espalier.cuda.driver.KernelArgument;
import dev.espalier.cuda.driver.KernelResources;
import dev.espalier.cuda.driver.LaunchShape;
import dev.espalier.cuda.emulator.code.CompiledKernel;
import dev.espalier.cuda.emulator.ptx.Variable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** An entry of a loaded module. */
final class EmulatedKernel implements Kernel {
  private final EmulatedProgram program;
  private final CompiledKernel compiled;
  private final DeviceDescription device;
  private final KernelResources resources;
  private int allowedSharedBytes;

  EmulatedKernel(EmulatedProgram program, CompiledKernel compiled, DeviceDescription device) {
    this.program = program;
    this.compiled = compiled;
    this.device = device;
    allowedSharedBytes = device.properties().maxSharedBytesPerBlock();
    resources =
        new KernelResources(
            32,
            compiled.staticSharedBytes(),
            compiled.localBytes(),
            Math.min(compiled.function().maxThreads(), device.properties().maxThreadsPerBlock()));
  }

  CompiledKernel compiled() {
    return compiled;
  }

  @Override
  public String name() {
    return compiled.name();
  }

  @Override
  public KernelResources resources() {
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
    int shared = shape.sharedBytes() + compiled.staticSharedBytes();
    if (shared > allowedSharedBytes) {
      throw new DriverException(
          "launch of " + name(),
          "%d bytes of shared memory exceed the %d allowed; call allowSharedBytes first"
              .formatted(shared, allowedSharedBytes));
    }
  }

  /** The bytes of the parameters. */
  byte[] parameters(List<KernelArgument> arguments) {
    List<Variable> expected = compiled.function().parameters();
    if (arguments.size() != expected.size()) {
      throw new DriverException(
          "launch of " + name(),
          "%d arguments for %d parameters".formatted(arguments.size(), expected.size()));
    }
    ByteBuffer bytes =
        ByteBuffer.allocate(compiled.parameterBytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < arguments.size(); i++) {
      KernelArgument argument = arguments.get(i);
      if (argument.bytes() != expected.get(i).bytes()) {
        throw new DriverException(
            "launch of " + name(),
            "argument %d is %s of %d bytes, but the parameter has %d"
                .formatted(i, argument, argument.bytes(), expected.get(i).bytes()));
      }
      int at = compiled.parameterOffset(i);
      switch (argument) {
        case KernelArgument.Pointer(var pointer) -> bytes.putLong(at, pointer.address());
        case KernelArgument.Int32(int value) -> bytes.putInt(at, value);
        case KernelArgument.Int64(long value) -> bytes.putLong(at, value);
        case KernelArgument.Float32(float value) -> bytes.putFloat(at, value);
        case KernelArgument.Float64(double value) -> bytes.putDouble(at, value);
      }
    }
    return bytes.array();
  }
}
