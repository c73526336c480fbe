package dev.espalier.cuda.bench;

import dev.espalier.cuda.CudaBackend;
import dev.espalier.cuda.ops.Gemm;
import dev.espalier.cuda.ops.TensorCoreProducts;
import dev.espalier.cuda.ops.TensorCoreType;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.BsrPattern;
import dev.espalier.tensor.sparse.NmPattern;
import dev.espalier.tensor.spi.Epilogue;

/** The calls of our own kernels. */
final class OurCalls implements Library {
  private final CudaBackend backend;
  private final TensorCoreProducts tensorCores;
  private final Gemm gemm;

  OurCalls(CudaBackend backend) {
    this.backend = backend;
    tensorCores = new TensorCoreProducts(backend.context());
    gemm = Gemm.withoutLibrary(backend.context());
  }

  @Override
  public String name() {
    return Case.OURS;
  }

  @Override
  public Call of(Case what) {
    if (what.layer() instanceof ProductLayer && what.format().isDense()) {
      Call product = dense(what.pass());
      return s -> what.type().precision().run(() -> product.on(s));
    }
    if (what.type().tensorCores() != null) {
      return what.layer() instanceof ProductLayer ? onTensorCores(what) : null;
    }
    return switch (what.layer()) {
      case ProductLayer _ -> sparse(what.pass());
      case ConvolutionLayer layer ->
          what.format().isDense() ? dense(layer, what.pass()) : sparse(layer, what.pass());
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
    if (what.format().height() < 8 || what.format().height() != what.format().width()) {
      return null;
    }
    return switch (what.pass()) {
      case FORWARD ->
          s ->
              tensorCores.spmm(
                  (BsrPattern) s.pattern(), s.weight(), s.x(), 0, s.result(), Epilogue.NONE, type);
      case DX ->
          s ->
              tensorCores.spmmTransposed(
                  (BsrPattern) s.pattern(), s.weight(), s.y(), s.result(), type);
      case DW -> s -> tensorCores.sddmm((BsrPattern) s.pattern(), s.y(), s.x(), s.result(), type);
    };
  }
}
