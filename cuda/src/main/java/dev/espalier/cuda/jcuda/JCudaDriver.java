package dev.espalier.cuda.jcuda;

import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_CLOCK_RATE;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_MULTIPROCESSOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_WARP_SIZE;

import dev.espalier.cuda.driver.CommandStream;
import dev.espalier.cuda.driver.DeviceMemory;
import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.cuda.driver.DeviceProperties;
import dev.espalier.cuda.driver.Driver;
import dev.espalier.cuda.driver.DriverException;
import dev.espalier.cuda.driver.Event;
import dev.espalier.cuda.driver.OutOfDeviceMemoryException;
import dev.espalier.cuda.driver.Program;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import jcuda.Pointer;
import jcuda.driver.CUdevice;
import jcuda.driver.CUresult;

/** A GPU, through JCuda's binding of NVIDIA's driver. */
public final class JCudaDriver implements Driver {
  private final JCudaContext context;
  private final DeviceProperties properties;
  private final Set<Long> allocations = ConcurrentHashMap.newKeySet();
  private final Map<Long, Pointer> hostAllocations = new ConcurrentHashMap<>();

  /**
   * Opens a device.
   *
   * @param index less than the number of devices that {@link JCudaLibrary#find} found
   */
  public JCudaDriver(int index) {
    JCudaLibrary.Finding found = JCudaLibrary.find();
    if (index < 0 || index >= found.devices()) {
      throw new DriverException("open cuda:" + index, found.sentence());
    }
    CUdevice device = JCudaLibrary.device(index);
    properties = propertiesOf(device);
    context = new JCudaContext(device);
  }

  private static DeviceProperties propertiesOf(CUdevice device) {
    return new DeviceProperties(
        JCudaLibrary.nameOf(device),
        JCudaLibrary.attribute(device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR),
        JCudaLibrary.attribute(device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR),
        JCudaLibrary.attribute(device, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT),
        JCudaLibrary.attribute(device, CU_DEVICE_ATTRIBUTE_WARP_SIZE),
        JCudaLibrary.attribute(device, CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK),
        JCudaLibrary.attribute(device, CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR),
        JCudaLibrary.attribute(device, CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_MULTIPROCESSOR),
        JCudaLibrary.attribute(device, CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK),
        JCudaLibrary.attribute(device, CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN),
        JCudaLibrary.attribute(device, CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR),
        JCudaLibrary.attribute(device, CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE),
        JCudaLibrary.attribute(device, CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH),
        JCudaLibrary.attribute(device, CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE),
        JCudaLibrary.attribute(device, CU_DEVICE_ATTRIBUTE_CLOCK_RATE));
  }

  JCudaContext context() {
    return context;
  }

  @Override
  public DeviceProperties properties() {
    return properties;
  }

  @Override
  public DeviceMemory memory() {
    context.enter();
    long[] free = new long[1];
    long[] total = new long[1];
    CudaCall.check(jcuda.driver.JCudaDriver.cuMemGetInfo(free, total), "cuMemGetInfo");
    return new DeviceMemory(free[0], total[0]);
  }

  @Override
  public DevicePointer allocate(long bytes) {
    context.enter();
    var out = new Addresses.Out();
    int code = jcuda.driver.JCudaDriver.cuMemAlloc(out, bytes);
    if (code == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
      DeviceMemory memory = memory();
      throw new OutOfDeviceMemoryException(
          "cuMemAlloc of %,d bytes".formatted(bytes),
          "%s; %,d of %,d bytes are free"
              .formatted(CudaCall.nameOf(code), memory.freeBytes(), memory.totalBytes()));
    }
    CudaCall.check(code, "cuMemAlloc of %,d bytes".formatted(bytes));
    allocations.add(out.address());
    return new DevicePointer(out.address());
  }

  @Override
  public void free(DevicePointer pointer) {
    if (!allocations.remove(pointer.address())) {
      throw new DriverException(
          "cuMemFree of " + pointer, "no allocation begins there, or it was freed before");
    }
    context.enter();
    CudaCall.check(
        jcuda.driver.JCudaDriver.cuMemFree(Addresses.of(pointer)), "cuMemFree of " + pointer);
  }

  @Override
  public MemorySegment allocateHost(long bytes) {
    if (bytes > Integer.MAX_VALUE) {
      throw new DriverException(
          "cuMemHostAlloc of %,d bytes".formatted(bytes),
          "JCuda takes at most 2^31 - 1; use parts");
    }
    context.enter();
    var out = new Pointer();
    String operation = "cuMemHostAlloc of %,d bytes".formatted(bytes);
    int code = jcuda.driver.JCudaDriver.cuMemHostAlloc(out, bytes, 0);
    if (code == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
      throw new OutOfDeviceMemoryException(
          operation, CudaCall.nameOf(code) + "; the system locks no more memory");
    }
    CudaCall.check(code, operation);
    MemorySegment segment = MemorySegment.ofBuffer(out.getByteBuffer(0, bytes));
    hostAllocations.put(segment.address(), out);
    return segment;
  }

  @Override
  public void freeHost(MemorySegment segment) {
    Pointer pointer = hostAllocations.remove(segment.address());
    if (pointer == null) {
      throw new DriverException(
          "cuMemFreeHost", "the segment is no page-locked memory, or it was freed before");
    }
    context.enter();
    CudaCall.check(jcuda.driver.JCudaDriver.cuMemFreeHost(pointer), "cuMemFreeHost");
  }

  @Override
  public Program load(String ptx) {
    return new JCudaProgram(context, ptx);
  }

  @Override
  public CommandStream openStream() {
    return new JCudaStream(context);
  }

  @Override
  public Event openEvent() {
    return new JCudaEvent(context);
  }

  @Override
  public void close() {
    if (context.isClosed()) {
      return;
    }
    context.enter();
    // a device that a kernel has brought down refuses all of this, and frees its memory by itself
    for (long address : allocations) {
      jcuda.driver.JCudaDriver.cuMemFree(Addresses.of(new DevicePointer(address)));
    }
    allocations.clear();
    for (Pointer pointer : hostAllocations.values()) {
      jcuda.driver.JCudaDriver.cuMemFreeHost(pointer);
    }
    hostAllocations.clear();
    context.close();
  }
}
