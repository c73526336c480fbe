package dev.espalier.tensor.cpu.vector;

import java.lang.reflect.Method;

/**
 * What the calling thread and the kernels' workers have allocated on the Java heap. By reflection,
 * as the module under test does not read {@code jdk.management}.
 */
final class AllocatedBytes {
  private final Object threads;
  private final Method allocated;

  AllocatedBytes() throws ReflectiveOperationException {
    threads =
        Class.forName("java.lang.management.ManagementFactory")
            .getMethod("getThreadMXBean")
            .invoke(null);
    allocated =
        Class.forName("com.sun.management.ThreadMXBean")
            .getMethod("getThreadAllocatedBytes", long[].class);
  }

  /** Mean of some calls, in whole bytes. */
  long perCall(Runnable call, int calls) throws ReflectiveOperationException {
    long[] ids = kernelThreads();
    long before = sum(ids);
    for (int i = 0; i < calls; i++) {
      call.run();
    }
    return (sum(ids) - before) / calls;
  }

  private static long[] kernelThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(
            thread ->
                thread == Thread.currentThread() || thread.getName().startsWith("espalier-worker-"))
        .mapToLong(Thread::threadId)
        .toArray();
  }

  private long sum(long[] ids) throws ReflectiveOperationException {
    long sum = 0;
    for (long bytes : (long[]) allocated.invoke(threads, ids)) {
      sum += Math.max(0, bytes); // -1 of a thread that has ended
    }
    return sum;
  }
}
