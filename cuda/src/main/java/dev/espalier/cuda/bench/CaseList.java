package dev.espalier.cuda.bench;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which cases are measured: the shapes that the literature on sparse kernels measures (ResNet-50,
 * MobileNetV1, AlexNet, Transformer-base, BERT, OPT, square recurrent layers), 50 to 98 % sparse.
 *
 * <p>What is asked of the kernels at 90 % comes first, so that a run which its time limit ends has
 * something of everything.
 */
final class CaseList {
  private static final List<Double> OTHER_SPARSITIES = List.of(0.7, 0.5, 0.6, 0.8, 0.95, 0.98);
  private static final List<Double> FEW_SPARSITIES = List.of(0.7, 0.95);
  private static final double USUAL = 0.9;
  private static final List<Pass> PASSES = List.of(Pass.FORWARD, Pass.DX, Pass.DW);

  private static final List<String> TRANSFORMER =
      List.of("512x512x2048", "2048x512x2048", "512x2048x2048");
  private static final List<String> RECURRENT =
      List.of("2048x2048x128", "1024x1024x128", "4096x4096x128", "2048x2048x512", "6144x2048x128");

  /** Pixels of 32 images next to each other. */
  private static final List<String> RESNET_1X1 =
      List.of(
          "256x64x100352",
          "64x256x100352",
          "512x128x25088",
          "128x512x25088",
          "1024x256x6272",
          "256x1024x6272",
          "2048x512x1568",
          "512x2048x1568");

  /** One image: both versions, and the odd widths of the first one scaled. */
  private static final List<String> MOBILENET =
      List.of(
          "128x64x3136",
          "256x256x784",
          "512x512x196",
          "1024x1024x49",
          "920x464x196",
          "232x115x3136",
          "664x336x196",
          "168x83x3136",
          "24x96x3136",
          "96x576x196",
          "1280x320x49");

  private static final List<String> BERT =
      List.of("768x768x4096", "3072x768x4096", "768x3072x4096");

  /** A large language model's, token by token. */
  private static final List<String> DECODING = List.of("21504x7168x16", "7168x28672x16");

  /** Those of ResNet-50, and the one that sparse kernels for it were measured with in AlexNet. */
  private static final List<String> CONVOLUTIONS =
      List.of(
          "32x128x28-128k3s1p1",
          "32x64x56-64k3s1p1",
          "32x256x14-256k3s1p1",
          "32x512x7-512k3s1p1",
          "32x128x56-128k3s2p1",
          "32x256x28-256k3s2p1",
          "32x256x13-384k3s1p1");

  private static final List<Integer> BLOCKS = List.of(32, 64, 16, 8);

  /** The blocks of mixtures of experts. */
  private static final int WHOLE = 128;

  private static final List<String> BLOCK_LAYERS =
      List.of("2048x2048x2048", "2048x512x2048", "4096x4096x4096");

  private static final int TINY = 32;

  private final Set<Case> cases = new LinkedHashSet<>();

  private CaseList() {}

  static List<Case> of(Effort effort) {
    var list = new CaseList();
    if (effort.small()) {
      list.tiny();
    } else if (effort.full()) {
      list.all();
    } else {
      list.some();
    }
    return List.copyOf(list.cases);
  }

  private void add(Layer layer, Pass pass, Format format, NumberType type, double sparsity) {
    if (format.fits(layer.rows(), layer.columns())) {
      cases.add(new Case(layer, pass, format, type, sparsity, Case.OURS));
    }
  }

  private void sparse(List<? extends Layer> layers, List<Pass> passes, double sparsity) {
    for (Layer layer : layers) {
      for (Pass pass : passes) {
        add(layer, pass, Format.DENSE, NumberType.F32, 0);
        add(layer, pass, Format.CSR, NumberType.F32, sparsity);
      }
    }
  }

  private void blocks(List<? extends Layer> layers, List<Pass> passes, double sparsity) {
    for (Layer layer : layers) {
      for (int size : BLOCKS) {
        for (Pass pass : passes) {
          for (NumberType type : List.of(NumberType.BF16, NumberType.TF32, NumberType.F32)) {
            add(layer, pass, Format.blocks(size), type, sparsity);
          }
        }
      }
    }
  }

  /** On tensor cores in every type, square and with all taps, beside float32. */
  private void convolvedBlocks(
      List<ConvolutionLayer> layers, List<Integer> sizes, double sparsity) {
    for (ConvolutionLayer layer : layers) {
      for (int size : sizes) {
        for (Format format : List.of(Format.blocks(size), Format.kernels(size, layer.taps()))) {
          for (Pass pass : PASSES) {
            for (NumberType type : NumberType.values()) {
              add(layer, pass, format, type, sparsity);
            }
          }
        }
      }
    }
  }

  private void vectors(List<? extends Layer> layers, double sparsity) {
    for (Layer layer : layers) {
      for (int rows : List.of(4, 8)) {
        add(layer, Pass.FORWARD, Format.vectors(rows), NumberType.F32, sparsity);
      }
    }
  }

  private void twoOfFour(List<? extends Layer> layers) {
    for (Layer layer : layers) {
      add(layer, Pass.FORWARD, Format.TWO_OF_FOUR, NumberType.BF16, 0.5);
      add(layer, Pass.FORWARD, Format.TWO_OF_FOUR, NumberType.F32, 0.5);
    }
  }

  private static List<ProductLayer> products(List<String> shapes) {
    return shapes.stream().map(ProductLayer::of).toList();
  }

  private static List<ConvolutionLayer> convolutions(List<String> shapes) {
    return shapes.stream().map(ConvolutionLayer::of).toList();
  }

  private void all() {
    List<ProductLayer> linear =
        Stream.of(TRANSFORMER, RECURRENT, RESNET_1X1, MOBILENET)
            .flatMap(shapes -> products(shapes).stream())
            .toList();
    List<ConvolutionLayer> convolved = convolutions(CONVOLUTIONS);
    List<ProductLayer> blocked = products(BLOCK_LAYERS);
    some();
    sparse(linear, PASSES, USUAL);
    sparse(convolved, PASSES, USUAL);
    blocks(blocked, PASSES, USUAL);
    convolvedBlocks(convolved.subList(0, 3), BLOCKS, USUAL);
    vectors(linear.subList(0, 4), USUAL);
    twoOfFour(blocked);
    for (double sparsity : OTHER_SPARSITIES) {
      sparse(linear, List.of(Pass.FORWARD), sparsity);
      sparse(convolved, List.of(Pass.FORWARD), sparsity);
    }
    for (double sparsity : FEW_SPARSITIES) {
      sparse(linear.subList(0, 4), List.of(Pass.DX, Pass.DW), sparsity);
      sparse(convolved.subList(0, 4), List.of(Pass.DX, Pass.DW), sparsity);
      blocks(blocked.subList(0, 2), PASSES, sparsity);
    }
    full(blocked.getFirst(), BLOCKS);
    full(blocked.getLast(), List.of(WHOLE));
    wide();
  }

  /** Every block stored: what the block kernels themselves cost beside the dense product. */
  private void full(Layer layer, List<Integer> sizes) {
    for (int size : sizes) {
      for (NumberType type : NumberType.values()) {
        add(layer, Pass.FORWARD, Format.blocks(size), type, 0);
      }
    }
  }

  /** Layers of language models, with few and with many tokens. */
  private void wide() {
    List<ProductLayer> bert = products(BERT);
    List<ProductLayer> decoding = products(DECODING);
    for (double sparsity : List.of(USUAL, 0.7)) {
      sparse(bert, PASSES, sparsity);
      sparse(decoding, List.of(Pass.FORWARD), sparsity);
    }
    blocks(bert, PASSES, USUAL);
    twoOfFour(bert);
  }

  private void some() {
    List<ProductLayer> linear =
        products(
            List.of(TRANSFORMER.get(1), RECURRENT.get(0), RESNET_1X1.get(2), MOBILENET.get(2)));
    sparse(linear, PASSES, USUAL);
    sparse(convolutions(CONVOLUTIONS.subList(0, 2)), PASSES, USUAL);
    blocks(products(BLOCK_LAYERS.subList(0, 1)), List.of(Pass.FORWARD), USUAL);
    blocks(convolutions(CONVOLUTIONS.subList(0, 1)), PASSES, USUAL);
    twoOfFour(products(BLOCK_LAYERS.subList(0, 1)));
    vectors(linear.subList(0, 1), USUAL);
    sparse(linear.subList(0, 2), List.of(Pass.FORWARD), 0.7);
    add(products(BLOCK_LAYERS).getFirst(), Pass.FORWARD, Format.blocks(WHOLE), NumberType.BF16, 0);
  }

  private void tiny() {
    var linear = new ProductLayer(TINY, TINY, TINY);
    var convolved = new ConvolutionLayer(1, 4, 6, 8, 3, 1, 1);
    sparse(List.of(linear, convolved), PASSES, USUAL);
    for (Pass pass : PASSES) {
      add(linear, pass, Format.blocks(16), NumberType.BF16, 0.5);
      add(linear, pass, Format.blocks(8), NumberType.TF32, 0.5);
    }
    add(linear, Pass.FORWARD, Format.blocks(8), NumberType.F32, 0.5);
    twoOfFour(List.of(linear));
    vectors(List.of(linear), 0.5);
    convolvedBlocks(List.of(new ConvolutionLayer(1, 16, 5, 16, 3, 1, 1)), List.of(8, 16), 0.5);
  }
}
