package dev.espalier.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Device;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.Use;
import dev.espalier.tensor.ops.Convolution;
import dev.espalier.tensor.ops.Elementwise;
import dev.espalier.tensor.ops.MatMul;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Operands on the host and on a device: refused, both named, and nothing is lost. */
final class DifferentDevicesTest {
  private static final Device CUDA = new Device("cuda", 0);

  private Scope scope;

  @BeforeEach
  void openScope() {
    scope = Scope.open("test");
  }

  @AfterEach
  void closeScope() {
    scope.close();
  }

  private static Tensor host(int... dims) {
    return Tensor.full(DType.FLOAT32, Shape.of(dims), 1);
  }

  private static void refused(String operation, ThrowingCallable call) {
    assertThatIllegalArgumentException()
        .isThrownBy(call)
        .withMessageContainingAll(operation, "different devices", "cpu", "cuda:0", "to(device)");
  }

  @Test
  void productsRefuseThem() {
    Tensor a = host(2, 3);
    Tensor b = host(3, 4).to(CUDA);
    refused("matmul", () -> MatMul.matmul(a, b));
    refused("matmul", () -> MatMul.matmul(a.to(CUDA), b.to(Device.CPU)));
    assertThat(MatMul.matmul(a.to(CUDA), b).toDoubleArray()).hasSize(8).containsOnly(3);
  }

  @Test
  void elementwiseOperationsRefuseThem() {
    refused("add", () -> Elementwise.add(host(4), host(4).to(CUDA)));
  }

  @Test
  void convolutionsRefuseABiasThatStayedBehind() {
    Tensor x = host(1, 2, 4, 4).to(CUDA);
    Tensor w = host(3, 2, 3, 3).to(CUDA);
    refused("conv2d", () -> Convolution.conv2d(x, w, host(3), false, ConvSpec.DEFAULT));
  }

  @Test
  void whoeverHoldsOperandsOfAKernelRefusesThem() {
    refused("mine", () -> Use.of("mine", host(1), null, host(1).to(CUDA)));
  }
}
