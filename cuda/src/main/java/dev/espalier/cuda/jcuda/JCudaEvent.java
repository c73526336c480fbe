package dev.espalier.cuda.jcuda;

import dev.espalier.cuda.driver.DriverException;
import dev.espalier.cuda.driver.Event;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/** A CUDA event with timing. */
final class JCudaEvent implements Event, Resource {
  private final JCudaContext context;
  private final CUevent event = new CUevent();

  JCudaEvent(JCudaContext context) {
    this.context = context;
    context.enter();
    CudaCall.check(
        JCudaDriver.cuEventCreate(event, CUevent_flags.CU_EVENT_DEFAULT), "cuEventCreate");
    context.opened(this);
  }

  CUevent handle() {
    return event;
  }

  @Override
  public boolean isReached() {
    context.enter();
    int code = JCudaDriver.cuEventQuery(event);
    if (code == CUresult.CUDA_ERROR_NOT_READY) {
      return false;
    }
    CudaCall.check(code, "cuEventQuery");
    return true;
  }

  @Override
  public void synchronize() {
    context.enter();
    CudaCall.check(JCudaDriver.cuEventSynchronize(event), "cuEventSynchronize");
  }

  @Override
  public float millisSince(Event start) {
    if (!(start instanceof JCudaEvent from)) {
      throw new DriverException("cuEventElapsedTime", "the events are of different devices");
    }
    context.enter();
    float[] millis = new float[1];
    CudaCall.check(
        JCudaDriver.cuEventElapsedTime(millis, from.event, event),
        "cuEventElapsedTime, which takes two recorded and reached events");
    return millis[0];
  }

  @Override
  public void close() {
    if (context.closed(this)) {
      context.enter();
      CudaCall.check(JCudaDriver.cuEventDestroy(event), "cuEventDestroy");
    }
  }
}
