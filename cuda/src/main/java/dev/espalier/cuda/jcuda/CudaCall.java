package dev.espalier.cuda.jcuda;

import dev.espalier.cuda.driver.DriverException;
import jcuda.driver.CUresult;

/** Turns the codes that CUDA's functions return into exceptions. */
final class CudaCall {
  private CudaCall() {}

  /**
   * Throws unless a call succeeded.
   *
   * @param operation the call with its actual values
   */
  static void check(int code, String operation) {
    if (code != CUresult.CUDA_SUCCESS) {
      throw failure(code, operation);
    }
  }

  /** The exception of a failed call: the error's name, and what to do where that is known. */
  static DriverException failure(int code, String operation) {
    String remedy = remedy(code);
    return new DriverException(operation, nameOf(code) + (remedy.isEmpty() ? "" : "; " + remedy));
  }

  private static String remedy(int code) {
    return switch (code) {
      case CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
          CUresult.CUDA_ERROR_MISALIGNED_ADDRESS,
          CUresult.CUDA_ERROR_ASSERT,
          CUresult.CUDA_ERROR_LAUNCH_FAILED,
          CUresult.CUDA_ERROR_ILLEGAL_INSTRUCTION ->
          "the device is lost to this process, as a kernel misbehaved; run the same work with"
              + " -Despalier.cuda.emulator=true, which says where";
      case CUresult.CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES ->
          "the block needs more registers or shared memory than a multiprocessor has";
      case CUresult.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED,
          CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED,
          CUresult.CUDA_ERROR_STREAM_CAPTURE_ISOLATION,
          CUresult.CUDA_ERROR_STREAM_CAPTURE_IMPLICIT ->
          "a step that is captured must not wait, copy to the host or use other threads' work";
      default -> "";
    };
  }

  /** The name in {@code cuda.h}, such as {@code CUDA_ERROR_ILLEGAL_ADDRESS}. */
  static String nameOf(int code) {
    String name = CUresult.stringFor(code);
    return name.startsWith("CUDA_") ? name : "CUDA error " + code;
  }
}
