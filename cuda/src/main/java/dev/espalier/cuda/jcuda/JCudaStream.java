package dev.espalier.cuda.jcuda;

import dev.espalier.cuda.driver.CommandStream;
import dev.espalier.cuda.driver.DevicePointer;
import dev.espalier.cuda.driver.DriverException;
import dev.espalier.cuda.driver.Event;
import dev.espalier.cuda.driver.Extent;
import dev.espalier.cuda.driver.Kernel;
import dev.espalier.cuda.driver.KernelArgument;
import dev.espalier.cuda.driver.LaunchSequence;
import dev.espalier.cuda.driver.LaunchShape;
import java.lang.foreign.MemorySegment;
import java.util.List;
import jcuda.Pointer;
import jcuda.driver.CUgraph;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;
import jcuda.runtime.cudaStream_t;

/** A CUDA stream that does not wait for the legacy default stream. */
final class JCudaStream implements CommandStream, Resource {
  private final JCudaContext context;
  private final CUstream stream = new CUstream();
  private final ArgumentBuffer arguments = new ArgumentBuffer();
  private final RecentLaunches recent = new RecentLaunches();
  private boolean capturing;

  JCudaStream(JCudaContext context) {
    this.context = context;
    context.enter();
    CudaCall.check(
        JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING),
        "cuStreamCreate");
    context.opened(this);
  }

  /** The stream as the libraries take it, which are written for CUDA's other interface. */
  cudaStream_t asRuntimeStream() {
    return new cudaStream_t(stream);
  }

  @Override
  public void copyToDevice(MemorySegment source, DevicePointer target) {
    Pointer host = Addresses.of(source);
    context.enter();
    int code = JCudaDriver.cuMemcpyHtoDAsync(Addresses.of(target), host, source.byteSize(), stream);
    if (code != CUresult.CUDA_SUCCESS) {
      throw failure(
          code, "cuMemcpyHtoDAsync of %,d bytes to %s".formatted(source.byteSize(), target));
    }
  }

  @Override
  public void copyToHost(DevicePointer source, MemorySegment target) {
    Pointer host = Addresses.of(target);
    context.enter();
    int code = JCudaDriver.cuMemcpyDtoHAsync(host, Addresses.of(source), target.byteSize(), stream);
    if (code != CUresult.CUDA_SUCCESS) {
      throw failure(
          code, "cuMemcpyDtoHAsync of %,d bytes from %s".formatted(target.byteSize(), source));
    }
  }

  @Override
  public void copyOnDevice(DevicePointer source, DevicePointer target, long bytes) {
    context.enter();
    int code =
        JCudaDriver.cuMemcpyDtoDAsync(Addresses.of(target), Addresses.of(source), bytes, stream);
    if (code != CUresult.CUDA_SUCCESS) {
      throw failure(
          code, "cuMemcpyDtoDAsync of %,d bytes from %s to %s".formatted(bytes, source, target));
    }
  }

  @Override
  public void fill(DevicePointer target, byte value, long bytes) {
    context.enter();
    int code = JCudaDriver.cuMemsetD8Async(Addresses.of(target), value, bytes, stream);
    if (code != CUresult.CUDA_SUCCESS) {
      throw failure(code, "cuMemsetD8Async of %,d bytes at %s".formatted(bytes, target));
    }
  }

  @Override
  public void launch(Kernel kernel, LaunchShape shape, List<KernelArgument> given) {
    if (!(kernel instanceof JCudaKernel mine)) {
      throw new DriverException(
          "launch of " + kernel.name(), "the kernel was loaded by another driver");
    }
    Pointer parameters = arguments.write(mine.name(), mine.parameters(), given);
    Extent grid = shape.grid();
    Extent block = shape.block();
    context.enter();
    int code =
        JCudaDriver.cuLaunchKernel(
            mine.handle(),
            grid.x(),
            grid.y(),
            grid.z(),
            block.x(),
            block.y(),
            block.z(),
            shape.sharedBytes(),
            stream,
            parameters,
            null);
    recent.add(mine.name(), shape);
    if (code != CUresult.CUDA_SUCCESS) {
      throw failure(code, "cuLaunchKernel");
    }
  }

  @Override
  public void record(Event event) {
    context.enter();
    CudaCall.check(
        JCudaDriver.cuEventRecord(((JCudaEvent) event).handle(), stream), "cuEventRecord");
  }

  @Override
  public void await(Event event) {
    context.enter();
    CudaCall.check(
        JCudaDriver.cuStreamWaitEvent(stream, ((JCudaEvent) event).handle(), 0),
        "cuStreamWaitEvent");
  }

  @Override
  public void synchronize() {
    if (capturing) {
      throw new DriverException(
          "synchronize",
          "the stream is being captured; end the capture, and wait after the replay");
    }
    context.enter();
    int code = JCudaDriver.cuStreamSynchronize(stream);
    if (code != CUresult.CUDA_SUCCESS) {
      throw failure(code, "cuStreamSynchronize");
    }
    recent.clear();
  }

  @Override
  public void beginCapture() {
    if (capturing) {
      throw new DriverException("beginCapture", "the stream is being captured already");
    }
    context.enter();
    CudaCall.check(
        JCudaDriver.cuStreamBeginCapture(
            stream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED),
        "cuStreamBeginCapture");
    capturing = true;
  }

  @Override
  public LaunchSequence endCapture() {
    if (!capturing) {
      throw new DriverException("endCapture", "no capture was begun");
    }
    capturing = false;
    context.enter();
    var graph = new CUgraph();
    CudaCall.check(JCudaDriver.cuStreamEndCapture(stream, graph), "cuStreamEndCapture");
    return new JCudaSequence(context, graph);
  }

  @Override
  public void replay(LaunchSequence sequence) {
    context.enter();
    int code = JCudaDriver.cuGraphLaunch(((JCudaSequence) sequence).handle(), stream);
    if (code != CUresult.CUDA_SUCCESS) {
      throw failure(code, "cuGraphLaunch of %d commands".formatted(sequence.size()));
    }
  }

  /** A failure may be an earlier kernel's, so those that may have caused it are named. */
  private DriverException failure(int code, String operation) {
    return CudaCall.failure(code, operation + recent.describe());
  }

  @Override
  public void close() {
    if (context.closed(this)) {
      context.enter();
      try {
        CudaCall.check(JCudaDriver.cuStreamSynchronize(stream), "cuStreamSynchronize");
      } finally {
        arguments.close();
        CudaCall.check(JCudaDriver.cuStreamDestroy(stream), "cuStreamDestroy");
      }
    }
  }
}
