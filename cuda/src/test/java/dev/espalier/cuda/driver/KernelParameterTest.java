package dev.espalier.cuda.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

final class KernelParameterTest {
  private static final List<KernelArgument> OF_EIGHT_BYTES =
      List.of(
          new KernelArgument.Int64(0),
          new KernelArgument.Pointer(new DevicePointer(256)),
          new KernelArgument.Float64(0),
          new KernelArgument.Struct(ByteBuffer.allocate(8)));

  private static boolean takes(char kind, KernelArgument argument) {
    return KernelParameter.mismatch(List.of(new KernelParameter(kind, 8)), List.of(argument))
        == null;
  }

  @Test
  void floatsAreNoWholeNumbersAndBitsAreWhatTheyMean() {
    assertThat(OF_EIGHT_BYTES)
        .map(argument -> takes('u', argument))
        .containsExactly(true, true, false, false);
    assertThat(OF_EIGHT_BYTES)
        .map(argument -> takes('s', argument))
        .containsExactly(true, true, false, false);
    assertThat(OF_EIGHT_BYTES)
        .map(argument -> takes('f', argument))
        .containsExactly(false, false, true, false);
    assertThat(OF_EIGHT_BYTES).map(argument -> takes('b', argument)).containsOnly(true);
  }

  @Test
  void whatIsWrongIsSaid() {
    var parameters = List.of(new KernelParameter('u', 8), new KernelParameter('f', 4));
    var pointer = new KernelArgument.Int64(0);
    assertThat(KernelParameter.mismatch(parameters, List.of(pointer)))
        .isEqualTo("1 arguments for 2 parameters");
    assertThat(KernelParameter.mismatch(parameters, List.of(pointer, new KernelArgument.Int32(1))))
        .isEqualTo(
            "argument 1 is Int32[value=1] of 4 bytes, but the parameter is a floating-point number"
                + " of 4");
    assertThat(
            KernelParameter.mismatch(
                parameters, List.of(new KernelArgument.Int32(1), new KernelArgument.Float32(1))))
        .contains("argument 0", "of 4 bytes", "whole number or address of 8");
  }
}
