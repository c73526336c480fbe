package dev.espalier.cuda.jcuda;

import dev.espalier.cuda.driver.DriverException;
import java.util.function.Supplier;
import jcuda.CudaException;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/**
 * NVIDIA's driver as this process finds it, looked for once.
 *
 * <p>JCuda loads its library in a static initialiser: the first attempt fails with one error and
 * every later one with another, so nothing else may touch JCuda before {@link #find} succeeded.
 */
public final class JCudaLibrary {
  /** CUDA 11.0, the first that knows PTX ISA 7.0 and compute capability 8.0. */
  private static final int OLDEST_DRIVER = 11_000;

  private static final int OLDEST_COMPUTE_MAJOR = 8;

  /**
   * What was found.
   *
   * @param devices how many devices can run the shipped kernels; 0 if there is a problem
   * @param sentence the devices, or why there are none
   */
  public record Finding(int devices, String sentence) {}

  private static final class Holder {
    static final Finding FOUND = look(JCudaLibrary::load);
  }

  private JCudaLibrary() {}

  /** Looks for a driver and devices; never throws. */
  public static Finding find() {
    return Holder.FOUND;
  }

  private static Finding load() {
    NativeLibrary.unpack("JCudaDriver");
    JCudaDriver.setExceptionsEnabled(false);
    return devices();
  }

  static Finding look(Supplier<Finding> devices) {
    try {
      return devices.get();
    } catch (DriverException e) {
      return absent("the driver fails (%s)".formatted(e.getMessage()));
    } catch (UnsatisfiedLinkError | NoClassDefFoundError | CudaException e) {
      return absent(missing(e));
    }
  }

  /** In a word why JCuda's library did not load. */
  static String missing(Throwable error) {
    String text = String.valueOf(error.getMessage());
    if (text.contains("libcuda.so") || text.contains("nvcuda.dll")) {
      return "libcuda.so.1, a part of NVIDIA's driver, was not found";
    }
    if (text.contains("undefined symbol")) {
      return "NVIDIA's driver is too old for JCuda 12.6; install a driver of CUDA 12 or newer";
    }
    if (text.contains("No resource found")) {
      return "%s was not found; add org.jcuda:jcuda-natives with this system's classifier"
          .formatted(NativeLibrary.fileName("JCudaDriver"));
    }
    return "JCuda does not load (%s)".formatted(text.lines().findFirst().orElse("no reason given"));
  }

  private static Finding absent(String why) {
    return new Finding(0, "CUDA is absent: " + why);
  }

  private static Finding devices() {
    int code = JCudaDriver.cuInit(0);
    if (code == CUresult.CUDA_ERROR_NO_DEVICE) {
      return absent("the driver finds no GPU");
    }
    if (code != CUresult.CUDA_SUCCESS) {
      return absent("the driver does not start (%s)".formatted(CudaCall.nameOf(code)));
    }
    int[] version = new int[1];
    CudaCall.check(JCudaDriver.cuDriverGetVersion(version), "cuDriverGetVersion");
    if (version[0] < OLDEST_DRIVER) {
      return absent(
          "the driver knows CUDA %s, but the kernels need %s; update it"
              .formatted(dotted(version[0]), dotted(OLDEST_DRIVER)));
    }
    int[] count = new int[1];
    CudaCall.check(JCudaDriver.cuDeviceGetCount(count), "cuDeviceGetCount");
    if (count[0] == 0) {
      return absent("the driver finds no GPU");
    }
    var names = new StringBuilder();
    for (int i = 0; i < count[0]; i++) {
      CUdevice device = device(i);
      int major =
          attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR);
      if (major < OLDEST_COMPUTE_MAJOR) {
        return i == 0
            ? absent(
                "%s has compute capability %d, but the kernels need %d.0"
                    .formatted(nameOf(device), major, OLDEST_COMPUTE_MAJOR))
            : new Finding(i, present(version[0], names));
      }
      names.append(i == 0 ? "" : ", ").append("cuda:").append(i).append(' ').append(nameOf(device));
    }
    return new Finding(count[0], present(version[0], names));
  }

  private static String present(int version, StringBuilder names) {
    return "%s, driver for CUDA %s".formatted(names, dotted(version));
  }

  /** CUDA's way to write 12.6 as a number is 12060. */
  static String dotted(int version) {
    return version / 1000 + "." + version % 1000 / 10;
  }

  static CUdevice device(int index) {
    var device = new CUdevice();
    CudaCall.check(JCudaDriver.cuDeviceGet(device, index), "cuDeviceGet of device " + index);
    return device;
  }

  static int attribute(CUdevice device, int attribute) {
    int[] value = new int[1];
    CudaCall.check(
        JCudaDriver.cuDeviceGetAttribute(value, attribute, device),
        "cuDeviceGetAttribute " + CUdevice_attribute.stringFor(attribute));
    return value[0];
  }

  static String nameOf(CUdevice device) {
    byte[] name = new byte[128];
    CudaCall.check(JCudaDriver.cuDeviceGetName(name, name.length, device), "cuDeviceGetName");
    int end = 0;
    while (end < name.length && name[end] != 0) {
      end++;
    }
    return new String(name, 0, end, java.nio.charset.StandardCharsets.UTF_8);
  }
}
