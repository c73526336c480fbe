package dev.espalier.cuda.bench;

import dev.espalier.cuda.CudaBackend;
import dev.espalier.cuda.ops.Gemm;
import dev.espalier.cuda.ops.TensorCoreConvolution;
import dev.espalier.cuda.ops.TensorCoreProducts;
import dev.espalier.cuda.ops.TensorCoreType;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.BsrPattern;
import dev.espalier.tensor.sparse.NmPattern;
import dev.espalier.tensor.spi.Epilogue;

/** The calls of our own kernels. */
final class OurCalls implements Library {
  private static final int SMALLEST_BLOCK = 8;

  private final CudaBackend backend;
  private final TensorCoreProducts tensorCores;
  private final TensorCoreConvolution convolution;
  private final Gemm gemm;

  OurCalls(CudaBackend backend) {
    this.backend = backend;
    tensorCores = new TensorCoreProducts(backend.context());
    convolution = new TensorCoreConvolution(backend.context());
    gemm = Gemm.withoutLibrary(backend.context());
  }

  @Override
  public String name() {
    return Case.OURS;
  }

  @Override
  public Call of(Case what) {
    if (what.format().isDense()) {
      Call call =
          switch (what.layer()) {
            case ProductLayer _ -> dense(what.pass());
            case ConvolutionLayer layer -> dense(layer, what.pass());
          };
      return s -> what.type().precision().run(() -> call.on(s));
    }
    TensorCoreType type = what.type().tensorCores();
    return switch (what.layer()) {
      case ProductLayer _ -> type == null ? sparse(what.pass()) : onTensorCores(what);
      case ConvolutionLayer layer ->
          type == null ? sparse(layer, what.pass()) : onTensorCores(layer, what);
    };
  }

  private Call dense(Pass pass) {
    return switch (pass) {
      case FORWARD -> s -> gemm.gemm(1, s.weight(), s.x(), 0, s.result(), Epilogue.NONE);
      case DX ->
          s -> {
            try (Tensor transposed = s.weight().transpose()) {
              gemm.gemm(1, transposed, s.y(), 0, s.result(), Epilogue.NONE);
            }
          };
      case DW ->
          s -> {
            try (Tensor transposed = s.x().transpose()) {
              gemm.gemm(1, s.y(), transposed, 0, s.result(), Epilogue.NONE);
            }
          };
    };
  }

  /** The input's gradient includes bringing the values into the order of the transpose. */
  private Call sparse(Pass pass) {
    return switch (pass) {
      case FORWARD ->
          s -> backend.spmm(s.pattern(), s.weight(), s.x(), 0, s.result(), Epilogue.NONE);
      case DX ->
          s -> {
            var transposed = s.pattern().transpose();
            try (Tensor values =
                Tensor.empty(s.weight().dtype(), transposed.valuesShape(), s.weight().device())) {
              backend.gatherElements(s.weight(), s.pattern().transposePermutation(), values);
              backend.spmm(transposed, values, s.y(), 0, s.result(), Epilogue.NONE);
            }
          };
      case DW -> s -> backend.sddmm(s.pattern(), s.y(), s.x(), s.result());
    };
  }

  private Call dense(ConvolutionLayer layer, Pass pass) {
    var spec = layer.spec();
    return switch (pass) {
      case FORWARD -> s -> backend.conv2d(s.x(), s.weight(), null, false, spec, s.result());
      case DX -> s -> backend.conv2dGradInput(s.y(), s.weight(), spec, s.result());
      case DW -> s -> backend.conv2dGradWeight(s.x(), s.y(), spec, s.result());
    };
  }

  private Call sparse(ConvolutionLayer layer, Pass pass) {
    var spec = layer.spec();
    var shape = layer.weight();
    return switch (pass) {
      case FORWARD ->
          s ->
              backend.sparseConv2d(
                  s.pattern(), s.weight(), shape, s.x(), null, false, spec, s.result());
      case DX ->
          s ->
              backend.sparseConv2dGradInput(
                  s.pattern(), s.weight(), shape, s.y(), spec, s.result());
      case DW ->
          s -> backend.sparseConv2dGradWeight(s.pattern(), shape, s.x(), s.y(), spec, s.result());
    };
  }

  private Call onTensorCores(Case what) {
    TensorCoreType type = what.type().tensorCores();
    if (what.format().equals(Format.TWO_OF_FOUR)) {
      return what.pass() == Pass.FORWARD && what.type() != NumberType.TF32
          ? s ->
              tensorCores.spmm(
                  (NmPattern) s.pattern(), s.weight(), s.x(), 0, s.result(), Epilogue.NONE, type)
          : null;
    }
    if (what.format().height() < SMALLEST_BLOCK
        || what.format().height() != what.format().width()) {
      return null;
    }
    return switch (what.pass()) {
      case FORWARD ->
          s -> tensorCores.spmm(blocks(s), s.weight(), s.x(), 0, s.result(), Epilogue.NONE, type);
      case DX -> s -> tensorCores.spmmTransposed(blocks(s), s.weight(), s.y(), s.result(), type);
      case DW -> s -> tensorCores.sddmm(blocks(s), s.y(), s.x(), s.result(), type);
    };
  }

  /** Those of {@link TensorCoreConvolution} themselves, also where the backend prefers float32. */
  private Call onTensorCores(ConvolutionLayer layer, Case what) {
    TensorCoreType type = what.type().tensorCores();
    if (what.format().height() < SMALLEST_BLOCK) {
      return null;
    }
    var spec = layer.spec();
    var shape = layer.weight();
    return switch (what.pass()) {
      case FORWARD ->
          s ->
              convolution.conv2d(
                  blocks(s), s.weight(), shape, s.x(), null, false, spec, s.result(), type);
      case DX ->
          s ->
              convolution.conv2dGradInput(
                  blocks(s), s.weight(), shape, s.y(), spec, s.result(), type);
      case DW ->
          s -> convolution.conv2dGradWeight(blocks(s), shape, s.x(), s.y(), spec, s.result(), type);
    };
  }

  private static BsrPattern blocks(OperandSet operands) {
    return (BsrPattern) operands.pattern();
  }
}
