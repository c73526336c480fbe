package dev.espalier.cuda.jcuda;

import dev.espalier.cuda.driver.Kernel;
import dev.espalier.cuda.driver.KernelParameter;
import dev.espalier.cuda.driver.KernelResources;
import java.util.List;
import jcuda.driver.CUfunction;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.JCudaDriver;

/** A function of a loaded module. */
final class JCudaKernel implements Kernel {
  private final JCudaContext context;
  private final CUfunction function;
  private final String name;
  private final List<KernelParameter> parameters;
  private final KernelResources resources;
  private int allowedSharedBytes;

  JCudaKernel(
      JCudaContext context, CUfunction function, String name, List<KernelParameter> parameters) {
    this.context = context;
    this.function = function;
    this.name = name;
    this.parameters = parameters;
    resources =
        new KernelResources(
            attribute(CUfunction_attribute.CU_FUNC_ATTRIBUTE_NUM_REGS),
            attribute(CUfunction_attribute.CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES),
            attribute(CUfunction_attribute.CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES),
            attribute(CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK));
  }

  private int attribute(int attribute) {
    int[] value = new int[1];
    CudaCall.check(
        JCudaDriver.cuFuncGetAttribute(value, attribute, function),
        "cuFuncGetAttribute %s of %s".formatted(CUfunction_attribute.stringFor(attribute), name));
    return value[0];
  }

  CUfunction handle() {
    return function;
  }

  List<KernelParameter> parameters() {
    return parameters;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public KernelResources resources() {
    return resources;
  }

  @Override
  public synchronized void allowSharedBytes(int bytes) {
    if (bytes > allowedSharedBytes) {
      context.enter();
      CudaCall.check(
          JCudaDriver.cuFuncSetAttribute(
              function,
              CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
              bytes),
          "cuFuncSetAttribute of %s to %d bytes of shared memory".formatted(name, bytes));
      allowedSharedBytes = bytes;
    }
  }
}
