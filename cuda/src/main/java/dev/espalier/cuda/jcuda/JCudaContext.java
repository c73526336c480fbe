package dev.espalier.cuda.jcuda;

import dev.espalier.cuda.driver.DriverException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.JCudaDriver;

/** A device's primary context, current on each thread that enters it, and what is open in it. */
final class JCudaContext {
  /** CUDA keeps the current context for each thread; asking it each time would cost a call. */
  private static final ThreadLocal<JCudaContext> CURRENT = new ThreadLocal<>();

  private final CUdevice device;
  private final CUcontext context = new CUcontext();
  private final int driverVersion;
  private final Set<Resource> open = ConcurrentHashMap.newKeySet();
  private volatile boolean released;

  JCudaContext(CUdevice device) {
    this.device = device;
    int[] version = new int[1];
    CudaCall.check(JCudaDriver.cuDriverGetVersion(version), "cuDriverGetVersion");
    driverVersion = version[0];
    CudaCall.check(
        JCudaDriver.cuDevicePrimaryCtxRetain(context, device),
        "cuDevicePrimaryCtxRetain (another program may hold the device for itself)");
  }

  /** Makes the context this thread's. */
  void enter() {
    if (released) {
      throw new IllegalStateException("the CUDA driver of this device was closed");
    }
    if (CURRENT.get() != this) {
      CudaCall.check(JCudaDriver.cuCtxSetCurrent(context), "cuCtxSetCurrent");
      CURRENT.set(this);
    }
  }

  int driverVersion() {
    return driverVersion;
  }

  boolean isClosed() {
    return released;
  }

  void opened(Resource resource) {
    open.add(resource);
  }

  /** Whether a resource was open until now. */
  boolean closed(Resource resource) {
    return open.remove(resource);
  }

  /**
   * Closes what is open and gives the context back.
   *
   * @throws DriverException the first failure, after everything else was closed all the same
   */
  void close() {
    enter();
    DriverException first = null;
    for (Resource resource : Set.copyOf(open)) {
      try {
        resource.close();
      } catch (DriverException e) {
        first = first == null ? e : first;
      }
    }
    released = true;
    CURRENT.remove();
    JCudaDriver.cuDevicePrimaryCtxRelease(device);
    if (first != null) {
      throw first;
    }
  }
}
