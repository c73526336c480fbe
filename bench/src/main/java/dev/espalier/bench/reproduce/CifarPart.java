package dev.espalier.bench.reproduce;

import dev.espalier.nn.data.TrainTest;
import java.util.function.UnaryOperator;

/**
 * A data set with fewer training images, as many of each class.
 *
 * @param perClass training images of a class
 */
record CifarPart(int perClass) implements UnaryOperator<TrainTest> {
  static final String NAME = "cifar-10";

  @Override
  public TrainTest apply(TrainTest whole) {
    return new TrainTest(whole.spec(), whole.train().take(perClass), whole.test());
  }
}
