package dev.espalier.bench.kernel;

import dev.espalier.bench.peer.Problem;
import dev.espalier.bench.peer.Problem.Pass;
import dev.espalier.tensor.ConvSpec;
import dev.espalier.tensor.Shape;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A convolution, written {@code NxCxHxW-OxKHxKW-s1p1}: images, filters, stride and padding; with
 * groups {@code -s1p1g32}.
 */
record ConvShape(Shape image, Shape weight, ConvSpec spec) {
  private static final String NUMBER = "(\\d{1,6})";
  private static final Pattern TEXT =
      Pattern.compile("%1$sx%1$sx%1$sx%1$s-%1$sx%1$sx%1$s-s%1$sp%1$s(?:g%1$s)?".formatted(NUMBER));

  static ConvShape parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          ("the shape of a convolution is NxCxHxW-OxKHxKW-sSpP, such as"
                  + " 1x64x56x56-64x3x3-s1p1, but this is '%s'")
              .formatted(text));
    }
    int[] n = new int[matcher.groupCount()];
    for (int i = 0; i < n.length; i++) {
      n[i] = matcher.group(i + 1) == null ? 1 : Integer.parseInt(matcher.group(i + 1));
    }
    int groups = n[9];
    if (groups == 0 || n[1] % groups != 0 || n[4] % groups != 0) {
      throw new IllegalArgumentException(
          "%s: %d and %d channels do not divide into %d groups"
              .formatted(text, n[1], n[4], groups));
    }
    return new ConvShape(
        Shape.of(n[0], n[1], n[2], n[3]),
        Shape.of(n[4], n[1] / groups, n[5], n[6]),
        ConvSpec.of(n[7], n[8]).withGroups(groups));
  }

  Shape output() {
    return Shape.of(
        image.dim(0),
        weight.dim(0),
        spec.outHeight(image.dim(2), weight.dim(2)),
        spec.outWidth(image.dim(3), weight.dim(3)));
  }

  Problem.Convolution problem(Pass pass) {
    return new Problem.Convolution(
        pass,
        image.dim(0),
        image.dim(1),
        image.dim(2),
        image.dim(3),
        weight.dim(0),
        weight.dim(2),
        weight.dim(3),
        spec);
  }
}
