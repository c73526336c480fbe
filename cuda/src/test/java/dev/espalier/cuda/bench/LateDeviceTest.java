package dev.espalier.cuda.bench;

import dev.espalier.tensor.Device;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** The same on the emulated device that runs each command as late as it may. */
@DisabledIfSystemProperty(named = "espalier.cuda.emulator", matches = "false")
final class LateDeviceTest extends DeviceTest {
  @Override
  Device device() {
    return new Device("cuda", 1);
  }
}
