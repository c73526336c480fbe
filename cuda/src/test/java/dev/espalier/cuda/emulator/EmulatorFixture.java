package dev.espalier.cuda.emulator;

import dev.espalier.cuda.driver.CommandStream;
import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.cuda.driver.Extent;
import dev.espalier.cuda.driver.KernelArgument;
import dev.espalier.cuda.driver.LaunchShape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** An emulator, kernels written on the spot, and arrays in its memory. */
final class EmulatorFixture implements AutoCloseable {
  final EmulatedDriver driver;
  final CommandStream stream;
  private final Arena arena = Arena.ofConfined();

  EmulatorFixture() {
    this(EmulatedDriver.builder());
  }

  EmulatorFixture(EmulatedDriver.Builder builder) {
    driver = builder.build();
    stream = driver.openStream();
  }

  /** A module with one kernel {@code k} of {@code pointers} parameters, loaded to %rd0, %rd1 ... */
  static String kernel(int pointers, String body) {
    List<String> parameters = new ArrayList<>();
    StringBuilder loads = new StringBuilder();
    for (int i = 0; i < pointers; i++) {
      parameters.add(".param .u64 p" + i);
      loads.append("ld.param.u64 %rd").append(i).append(", [p").append(i).append("];\n");
    }
    return """
    .version 8.0
    .target sm_80
    .address_size 64
    .visible .entry k(%s)
    {
    .reg .pred %%p<8>;
    .reg .b16 %%h<16>;
    .reg .b32 %%r<64>;
    .reg .f32 %%f<32>;
    .reg .b64 %%rd<32>;
    .reg .f64 %%fd<16>;
    .loc 1 7 0
    %s%s
    ret;
    }
    .file 1 "kernel.cu"
    """
        .formatted(String.join(", ", parameters), loads, body);
  }

  void run(String ptx, int blocks, int threads, DevicePointer... pointers) {
    List<KernelArgument> arguments = new ArrayList<>();
    for (DevicePointer pointer : pointers) {
      arguments.add(new KernelArgument.Pointer(pointer));
    }
    var kernel = driver.load(ptx).kernel("k");
    stream.launch(kernel, LaunchShape.of(Extent.of(blocks), Extent.of(threads)), arguments);
    stream.synchronize();
  }

  DevicePointer ints(int... values) {
    return upload(arena.allocateFrom(ValueLayout.JAVA_INT, values));
  }

  DevicePointer floats(float... values) {
    return upload(arena.allocateFrom(ValueLayout.JAVA_FLOAT, values));
  }

  DevicePointer longs(long... values) {
    return upload(arena.allocateFrom(ValueLayout.JAVA_LONG, values));
  }

  private DevicePointer upload(MemorySegment segment) {
    DevicePointer pointer = driver.allocate(segment.byteSize());
    stream.copyToDevice(segment, pointer);
    return pointer;
  }

  int[] ints(DevicePointer pointer, int count) {
    MemorySegment segment = arena.allocate(4L * count, 8);
    stream.copyToHost(pointer, segment);
    return segment.toArray(ValueLayout.JAVA_INT);
  }

  float[] floats(DevicePointer pointer, int count) {
    MemorySegment segment = arena.allocate(4L * count, 8);
    stream.copyToHost(pointer, segment);
    return segment.toArray(ValueLayout.JAVA_FLOAT);
  }

  long[] longs(DevicePointer pointer, int count) {
    MemorySegment segment = arena.allocate(8L * count, 8);
    stream.copyToHost(pointer, segment);
    return segment.toArray(ValueLayout.JAVA_LONG);
  }

  @Override
  public void close() {
    driver.close();
    arena.close();
  }
}
