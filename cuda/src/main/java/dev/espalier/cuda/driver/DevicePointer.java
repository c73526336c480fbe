package dev.espalier.cuda.driver;

/**
 * An address in a device's memory.
 *
 * @param address as the device counts it; 0 is no address
 */
public record DevicePointer(long address) {
  public DevicePointer {
    if (address == 0) {
      throw new IllegalArgumentException("DevicePointer: 0 is not an address of device memory");
    }
  }

  /** The address {@code bytes} further on. */
  public DevicePointer plus(long bytes) {
    return new DevicePointer(Math.addExact(address, bytes));
  }

  @Override
  public String toString() {
    return "device 0x" + Long.toHexString(address);
  }
}
